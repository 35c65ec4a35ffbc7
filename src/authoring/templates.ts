/** Commented starting points for each kind that people write; each lints clean as it stands. */

/** What `bulkhead create` makes. */
export const templateKinds = ['boundary', 'policy', 'exception', 'suite'] as const;
export type TemplateKind = (typeof templateKinds)[number];

/** What a starting point is named; an exception is for one namespace. Checked by the caller. */
export interface TemplateName {
  readonly name: string;
  readonly namespace: string;
}

/** The text of a starting point. `today` is the day on which an exception begins. */
export function templateOf(kind: TemplateKind, { name, namespace }: TemplateName, today: Date): string {
  switch (kind) {
    case 'boundary':
      return boundary(name);
    case 'policy':
      return policy(name);
    case 'exception':
      return exception(name, namespace, today);
    case 'suite':
      return suite(name);
  }
}

const boundary = (
  name: string,
): string => `# The most that NetworkPolicies may allow in the namespaces that are selected (docs/rules.md).
apiVersion: bulkhead.dev/v1alpha1
kind: Boundary
metadata:
  name: ${name}
spec:
  # Which namespaces: here every one that belongs to a tenant. The labels that are used become administrators' only.
  namespaceSelector:
    matchExpressions:
      - { key: bulkhead.dev/tenant, operator: Exists }
  # The default-deny policy that each of them must have.
  floor:
    mode: Create
    # The cluster's DNS joins the floor and the egress limit.
    allowDNS: true
  # Who may be let in. Leave ingress out for no limit; [] allows nobody.
  ingress:
    - from:
        - sameLabels: [bulkhead.dev/tenant]
    # - from:
    #     - namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ingress-nginx } }
    #   ports: [{ protocol: TCP, port: 8080 }]
    #   appliesTo: { matchLabels: { exposure: public } }   # a protected pod label
  # What may be reached.
  egress:
    - to:
        - sameLabels: [bulkhead.dev/tenant]
    # - to: [{ ipBlock: { cidr: 10.20.0.0/16 } }]
    #   ports: [{ protocol: TCP, port: 5432 }]
  # What may not, whatever else allows it: instance metadata.
  never:
    egress:
      - to:
          - ipBlock: { cidr: 169.254.0.0/16 }
          - ipBlock: { cidr: fd00:ec2::254/128 }
  # Deny | Narrow | Warn | Audit. Begin with Audit in a cluster that has policies already.
  onExcess: Deny
`;

const policy = (name: string): string => `# A rule of your own, in CEL (docs/guardrails.md, docs/cel.md).
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata:
  name: ${name}
spec:
  # An error in an expression refuses. Ignore would let in what makes it fail.
  failurePolicy: Fail
  matchConstraints:
    resourceRules:
      - apiGroups: ['']
        apiVersions: [v1]
        operations: [CREATE, UPDATE]
        resources: [pods]
  # All must be true for the rule to apply. Remove the list if it always does.
  matchConditions:
    - name: not-by-the-node
      expression: "!('system:nodes' in request.userInfo.groups)"
  # Computed at most once, and only when read.
  variables:
    - name: latest
      expression: object.spec.containers.filter(c, c.image.endsWith(':latest')).map(c, c.name)
  validations:
    - expression: variables.latest.size() == 0
      messageExpression: "'name the version of the image of ' + variables.latest.join(', ')"
  # Begin with [Audit], then [Warn], then [Deny].
  validationActions: [Audit]
  severity: medium
  remediation: Write the version into the image, such as registry.example/app:1.4.2.
`;

const instant = (time: Date): string => `${time.toISOString().slice(0, 10)}T00:00:00Z`;
const daysLater = (time: Date, days: number): Date => new Date(time.getTime() + days * 86_400_000);

const exception = (
  name: string,
  namespace: string,
  today: Date,
): string => `# Lets through, for a time and once approved, what a Boundary would refuse in this namespace.
# It counts only after somebody else has approved it: bulkhead exception approve ${namespace}/${name}
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailException
metadata:
  name: ${name}
  # The namespace that it is for; it counts nowhere else.
  namespace: ${namespace}
spec:
  # What it is an exception from.
  target:
    boundaries: [tenants]
  # Which objects. Left out: all of the namespace.
  subjects:
    kinds: [NetworkPolicy]
    podSelector:
      matchLabels: { app: importer }
  # The extra flows, as in a Boundary. What never forbids stays forbidden.
  allow:
    egress:
      - to: [{ ipBlock: { cidr: 192.0.2.10/32 } }]
        ports: [{ protocol: TCP, port: 443 }]
  # Waiver: the risk is taken. Mitigated: something else takes care of it.
  category: Waiver
  reason: why it is needed, in at least twenty characters
  ticket: SEC-1
  notBefore: '${instant(today)}'
  # At most 90 days after it begins.
  expiresAt: '${instant(daysLater(today, 30))}'
`;

const suite = (
  name: string,
): string => `# Cases that rules must decide as expected: bulkhead test FILE (docs/suites.md). Paths are relative to this file.
apiVersion: test.bulkhead.dev/v1alpha1
kind: Suite
metadata: { name: ${name} }
rules: [boundary.yaml]
# What there is: paths, or objects written here.
inventory:
  - apiVersion: v1
    kind: Namespace
    metadata: { name: shop, labels: { bulkhead.dev/tenant: shop } }
  - apiVersion: v1
    kind: Namespace
    metadata: { name: bank, labels: { bulkhead.dev/tenant: bank } }
tests:
  - name: a tenant opens itself to itself
    object:
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: { name: within, namespace: shop }
      spec:
        podSelector: {}
        ingress:
          - from: [{ podSelector: {} }]
    expect:
      decision: allowed
      violations: []
  - name: a tenant does not open itself to another
    object:
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: { name: to-the-bank, namespace: shop }
      spec:
        podSelector: {}
        ingress:
          - from:
              - namespaceSelector: { matchLabels: { bulkhead.dev/tenant: bank } }
    expect:
      decision: denied
      # All violations, in any order; what is left out of one may be anything. bulkhead test --update writes what is.
      violations:
        - { code: boundary.ingress, field: /spec/ingress/0/from/0 }
`;
