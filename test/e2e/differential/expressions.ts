// The corpus of expressions, and the pods that they are asked about.
import type { Asked } from './case.ts';
import { language } from './expressions/language.ts';
import { library } from './expressions/library.ts';
import { objects } from './expressions/objects.ts';
import { containers, createPod } from './setting.ts';

export const expressions: readonly string[] = [...language, ...library, ...objects];

export const asked: readonly Asked[] = [
  createPod({}, 'a bare pod'),
  createPod(
    {
      labels: { app: 'web', n: '3' },
      annotations: { note: 'x', ttl: '3h' },
      spec: {
        hostNetwork: true,
        nodeSelector: { disk: 'ssd' },
        securityContext: { runAsUser: 1000 },
        ...containers(
          {
            resources: { limits: { cpu: '500m', memory: '256Mi' } },
            ports: [{ containerPort: 80 }],
            env: [{ name: 'A', value: '1' }],
            securityContext: { capabilities: { drop: ['ALL'] } },
          },
          { image: 'elsewhere/b@sha256:0', ports: [{ containerPort: 22, protocol: 'UDP' }] },
        ),
      },
    },
    'a rich pod',
  ),
];
