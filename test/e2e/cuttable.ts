// A way to the API server that a test can cut, silence or close: plain TCP on loopback, so TLS stays between its ends.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

export interface Cuttable {
  readonly port: number;
  /** Breaks every connection; new ones work. */
  cut(): void;
  /** Nothing passes any more, and nobody is told: connections stay open and new ones are taken. */
  silence(): void;
  /** Refuses connections and breaks those there are. */
  close(): Promise<void>;
  /** As it was at first. Bytes that waited in silence pass now. */
  restore(): Promise<void>;
}

/** Forwards a free loopback port to another one. */
export async function cuttable(target: number): Promise<Cuttable> {
  const sockets = new Set<Socket>();
  let silent = false;
  const join = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.on('data', (chunk: Buffer) => {
      to.write(chunk);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
    if (silent) from.pause();
  };
  const server = createServer((incoming) => {
    const outgoing = connect(target, '127.0.0.1');
    join(incoming, outgoing);
    join(outgoing, incoming);
  });
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  const port = await listen(0);
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    cut,
    silence: () => {
      silent = true;
      for (const socket of sockets) socket.pause();
    },
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
    restore: async () => {
      silent = false;
      for (const socket of sockets) socket.resume();
      if (!server.listening) await listen(port);
    },
  };
}
