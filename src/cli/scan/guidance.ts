/** What `bulkhead scan --help` says after the options. */
export const aboutScan = `
Every stored object is judged by the decision of the webhook itself, as if somebody without any privilege created it as it stands: NetworkPolicies,
Namespaces and Pods, other policy kinds, and whatever kinds the guardrails are about. Guarded namespaces must have their floor, as the mode of
their Boundaries says. With --to-apply files are judged as they would be stored: floors, stamped labels and dropped NET_RAW are Bulkhead's to
add. Of a cluster, kinds that allow traffic past every Boundary are told too. Nothing is written to it.

With a baseline only new findings fail. They are recognised again though lists are reordered, pods restart and namespaces come and go.

Exit code: 0 nothing new that is denied, 1 something is (with --fail-on-warn: or warned of), 2 something could not be read, so the scan is
incomplete, 3 the cluster cannot be reached.

Examples:
  bulkhead scan --rules policies/tenant-isolation --kubeconfig ~/.kube/config
  bulkhead scan --rules policies/tenant-isolation --kubeconfig ~/.kube/config --baseline known.json --write-baseline
  bulkhead scan manifests --rules policies/tenant-isolation --to-apply -o sarif
  kubectl get namespaces,networkpolicies,pods -A -o yaml | bulkhead scan - --rules policies/tenant-isolation
  bulkhead scan --rules policies/tenant-isolation --kubeconfig ~/.kube/config -o policyreport | kubectl apply -f -`;
