/** One concrete flow out of a difference, in the shape of a witness. */
import { formatAddress } from '../../k8s/cidr.ts';
import type { Labels } from '../../k8s/labelSelector.ts';
import { nameLabel } from '../../k8s/namespaceFacts.ts';
import type { PodEndpoint, Witness } from '../../k8s/witness.ts';
import { pick, pickLabels } from '../point.ts';
import { parted } from './endpoints.ts';
import type { PodSet } from './endpoints.ts';
import type { Difference } from './compare.ts';

/** The witness of a difference. `other` names the set that does not allow the flow; `namespaces` are those whose labels are given. */
export function exampleOf(
  { box, direction, because }: Difference,
  namespaces: ReadonlyMap<string, Labels>,
  other: string,
): Witness {
  const point = pick({ ...box, subject: new Map() }, []);
  const subject = podOf(parted(box.subject), namespaces);
  const peer =
    box.peer.sort === 'pods'
      ? podOf(box.peer, namespaces)
      : { ip: point.peer.sort === 'pod' ? '' : formatAddress(point.peer.sort, point.peer.address) };
  const outbound = box.peer.sort === 'pods' || direction === 'Egress';
  return {
    direction,
    source: outbound ? subject : peer,
    destination: outbound ? peer : subject,
    protocol: point.protocol,
    ...(point.protocol === 'OTHER' ? {} : { port: point.port }),
    because: because ?? { policy: '', field: '' },
    outside: {
      boundary: other,
      limit: `no ${direction.toLowerCase()} rule of ${other} allows it${because === undefined ? '; here no policy isolates the pod' : ''}`,
    },
    exists: false,
  };
}

function podOf({ namespace, pod }: PodSet, namespaces: ReadonlyMap<string, Labels>): PodEndpoint {
  const picked = new Map(pickLabels(namespace));
  const name = picked.get(nameLabel) ?? 'any-namespace';
  picked.delete(nameLabel);
  return {
    namespace: name,
    namespaceLabels: Object.fromEntries(namespaces.get(name) ?? picked),
    pod: 'any-pod',
    podLabels: Object.fromEntries(pickLabels(pod)),
  };
}
