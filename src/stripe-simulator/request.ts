import { apiVersion } from './api-version.ts';
import type { Core } from './core.ts';
import type { FaultRule } from './faults.ts';
import type { RawMap } from './form.ts';
import type { RequestEntry } from './journal.ts';
import type { Match } from './operations/index.ts';

export interface Incoming {
  method: string;
  path: string;
  /** The query of a GET or DELETE, the body of a POST. */
  form: string;
  contentType: string | undefined;
  authorization: string | undefined;
  idempotencyKey: string | undefined;
  stripeVersion: string | undefined;
}

/** What goes out, and whether it goes out whole. */
export interface Outgoing {
  transport: 'send' | 'truncate' | 'reset' | 'hang';
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** One request under way. `outcome` and `fault` are filled as the layers are passed, for the journal. */
export interface Request {
  incoming: Incoming;
  requestId: string;
  match: Match | null;
  params: RawMap;
  key: string | null;
  fault: FaultRule | null;
}

export function transportOf(fault: FaultRule | null): Outgoing['transport'] {
  if (fault?.kind === 'commit-then-reset') return 'reset';
  if (fault?.kind === 'commit-then-timeout') return 'hang';
  return fault?.kind === 'commit-then-truncate' ? 'truncate' : 'send';
}

/** Lists are journalled by their ids: reads change nothing, and a page of invoices would be a megabyte a line. */
export function idsOnly(body: object): object {
  const { data, ...rest } = body as { data: { id: string }[] };
  return { ...rest, data: data.map(({ id }) => id) };
}

export function journal(
  core: Core,
  request: Request,
  facts: Pick<RequestEntry, 'outcome' | 'status'> & Partial<Omit<RequestEntry, 'response'>> & { responseJson?: string },
) {
  core.record({
    requestId: request.requestId,
    method: request.incoming.method,
    path: request.incoming.path,
    operation: request.match?.operation.name ?? null,
    params: request.params,
    idempotencyKey: request.key,
    fault: request.fault?.kind ?? null,
    answered: true,
    replayOf: null,
    writes: [],
    responseJson: 'null',
    ...facts,
  });
}

export function reply(
  request: Request,
  status: number,
  body: string,
  headers: Record<string, string>,
  transport: Outgoing['transport'],
): Outgoing {
  return {
    transport,
    status,
    headers: {
      'Content-Type': 'application/json',
      'Request-Id': request.requestId,
      'Stripe-Version': request.incoming.stripeVersion ?? apiVersion,
      ...(request.key === null ? {} : { 'Idempotency-Key': request.key }),
      ...headers,
    },
    body,
  };
}
