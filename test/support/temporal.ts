import { randomUUID } from 'node:crypto';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { connectTemporal, type Temporal } from '../../src/temporal/connection.ts';
import { ensureNamespace } from '../../src/temporal/namespace.ts';
import { atEnd, getStack } from './stack.ts';

let isQuiet = false;

/** The SDK's log in this process tells errors only. There is one runtime a process, installed before its first use. */
export function quietTemporal(): void {
  if (isQuiet) return;
  isQuiet = true;
  const logging = { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }), forward: {} };
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [], telemetryOptions: { logging } });
  // Workers end it with themselves; where there was none, its threads would keep the process alive.
  atEnd(() => Runtime.instance().shutdown());
}

/** For one `describe`: a namespace of its own on the run's Temporal server, with our retention and attributes. */
export function useNamespace(): Temporal & { readonly namespace: string } {
  const namespace = `test-${randomUUID().slice(0, 8)}`;
  const opened = { namespace } as Temporal & { readonly namespace: string };
  before(async function () {
    this.timeout(60_000);
    quietTemporal();
    const { temporalAddress } = getStack();
    Object.assign(opened, await connectTemporal({ address: temporalAddress, namespace }));
    await ensureNamespace(opened.connection, namespace);
  });
  after(() => opened.close());
  return opened;
}
