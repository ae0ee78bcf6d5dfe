import { Client, Connection } from '@temporalio/client';

export type TemporalOptions = { address: string; namespace: string };

export type Temporal = {
  client: Client;
  connection: Connection;
  /** Whether the server answers now. */
  healthy(): Promise<boolean>;
  close(): Promise<void>;
};

/** Connects a client; fails if the server does not answer within ten seconds. */
export async function connectTemporal({ address, namespace }: TemporalOptions): Promise<Temporal> {
  const connection = await Connection.connect({ address, connectTimeout: 10_000 });
  return {
    client: new Client({ connection, namespace }),
    connection,
    async healthy() {
      try {
        await connection.withDeadline(Date.now() + 2_000, () => connection.healthService.check({}));
        return true;
      } catch {
        // Whatever the reason, the answer to "is it up" is no.
        return false;
      }
    },
    close: () => connection.close(),
  };
}
