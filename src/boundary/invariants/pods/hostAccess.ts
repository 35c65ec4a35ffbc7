/** `pods.hostAccess`: whoever reaches into the node can leave every network boundary from there. */
import type { Pod } from '../../../k8s/pod.ts';
import type { PodContainer } from '../../../k8s/podContainer.ts';
import type { Finding } from '../finding.ts';
import { quoted } from '../text.ts';
import { capabilityName, isBaseline } from './capabilities.ts';

/** What the Pod itself and its containers of every kind take of the node. */
export function hostAccessFindings(pod: Pod): readonly Finding[] {
  return [...ofThePod(pod), ...pod.containers.flatMap(ofContainer)];
}

function ofThePod(pod: Pod): readonly Finding[] {
  const found: Finding[] = [];
  const flag = (name: string, field: string): void => {
    const message = (): string => `the pod reaches into its node; remove ${name}: true`;
    found.push({ identity: name, field, message });
  };
  if (pod.hostPID) flag('hostPID', '/spec/hostPID');
  if (pod.hostIPC) flag('hostIPC', '/spec/hostIPC');
  if (pod.hostProcess) flag('hostProcess', '/spec/securityContext/windowsOptions/hostProcess');
  for (const { name, field } of pod.hostPaths) {
    found.push({
      identity: `hostPath ${name}`,
      field,
      message: () =>
        `volume ${quoted(name)} is a path of the node; use a persistentVolumeClaim, an emptyDir or a configMap`,
    });
  }
  return found;
}

function ofContainer(container: PodContainer): readonly Finding[] {
  const found: Finding[] = [];
  const at = `${container.field}/securityContext`;
  const add = (what: string, field: string, says: string): void => {
    found.push({
      identity: `${what} ${container.identity}`,
      field,
      message: () => `container ${quoted(container.name)} ${says}`,
    });
  };
  if (container.privileged) {
    add('privileged', `${at}/privileged`, 'is privileged and so owns its node; remove privileged: true');
  }
  if (container.hostProcess) {
    const field = `${at}/windowsOptions/hostProcess`;
    add('hostProcess', field, 'runs as a process of its node; remove hostProcess: true');
  }
  if (container.procMount !== '' && container.procMount !== 'Default') {
    add('procMount', `${at}/procMount`, 'sees the unmasked /proc of its node; remove procMount');
  }
  for (const [index, written] of container.addedCapabilities.entries()) {
    if (isBaseline(written)) continue;
    const name = capabilityName(written);
    add(
      `capability ${name}`,
      `${at}/capabilities/add/${index}`,
      `adds capability ${quoted(name)}, which is beyond the Pod Security baseline; remove it`,
    );
  }
  return found;
}
