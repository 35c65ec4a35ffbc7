// What a Service is for the API server: one address before several replicas. Plain TCP on loopback, so TLS stays between its ends.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

export interface Balancer {
  /** New connections go to these ports, one after the other; those that there are stay. */
  to(ports: readonly number[]): void;
  close(): Promise<void>;
}

/** Listens on a loopback port. While there is nobody to go to, connections are refused by closing them. */
export async function balancer(port: number): Promise<Balancer> {
  let targets: readonly number[] = [];
  let next = 0;
  const sockets = new Set<Socket>();
  const server = createServer((incoming) => {
    next += 1;
    const target = targets[next % targets.length];
    if (target === undefined) {
      incoming.destroy();
      return;
    }
    const outgoing = connect(target, '127.0.0.1');
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    to: (ports) => {
      targets = ports;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
