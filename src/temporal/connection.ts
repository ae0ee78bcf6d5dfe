import { Client, Connection } from '@temporalio/client';
import type { TemporalConfig } from '../config.ts';

export type Temporal = {
  client: Client;
  connection: Connection;
  /** Whether the server answers now. */
  healthy(): Promise<boolean>;
  close(): Promise<void>;
};

/** A client that connects at its first call, and again whenever it has to: a process starts also while the server is away. */
export function connectTemporal({ namespace, ...options }: TemporalConfig): Temporal {
  const connection = Connection.lazy({ ...options, connectTimeout: 10_000 });
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
