import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A wire between us and the broker that can be cut, held still, and spoken into. */
export type Wire = {
  /** The broker's URL through this wire. */
  readonly url: string;
  /** Connections carried so far. */
  carried(): number;
  /** Destroys every connection, as a pulled cable does. */
  cut(): void;
  /** From here on nothing that we send reaches the broker; new connections pass. */
  holdWhatWeSend(): void;
  /** Says to the client what the broker says when its memory alarm begins or ends. */
  sayBlocked(reason: string): void;
  sayUnblocked(): void;
  close(): Promise<void>;
};

export async function createWire(brokerUrl: string): Promise<Wire> {
  const target = new URL(brokerUrl);
  const pairs = new Set<{ client: Socket; broker: Socket }>();
  let carried = 0;
  const server = createServer((client) => {
    const pair = { client, broker: connect(Number(target.port), target.hostname) };
    pairs.add(pair);
    carried += 1;
    client.pipe(pair.broker).pipe(client);
    for (const socket of [pair.client, pair.broker]) {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        pairs.delete(pair);
        pair.client.destroy();
        pair.broker.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(brokerUrl);
  url.port = String((server.address() as AddressInfo).port);

  const cut = () => {
    for (const { client } of [...pairs]) client.destroy();
  };
  const say = (frame: Buffer) => {
    for (const { client } of pairs) client.write(frame);
  };
  return {
    url: url.href,
    carried: () => carried,
    cut,
    holdWhatWeSend() {
      for (const { client, broker } of pairs) {
        client.unpipe(broker);
        client.pause();
      }
    },
    sayBlocked: (reason) => say(connectionFrame(60, Buffer.from([reason.length, ...Buffer.from(reason)]))),
    sayUnblocked: () => say(connectionFrame(61, Buffer.alloc(0))),
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An AMQP 0-9-1 method frame on channel 0: type 1, channel, size, class 10 (connection), method, arguments, end. */
function connectionFrame(method: number, args: Buffer): Buffer {
  const head = Buffer.alloc(11);
  head.writeUInt8(1, 0);
  head.writeUInt16BE(0, 1);
  head.writeUInt32BE(4 + args.length, 3);
  head.writeUInt16BE(10, 7);
  head.writeUInt16BE(method, 9);
  return Buffer.concat([head, args, Buffer.from([0xce])]);
}
