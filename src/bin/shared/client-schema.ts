import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { buildApi } from '../../api/app.ts';
import type { ApiDeps } from '../../api/deps.ts';
import { openDatabase } from '../../store/database.ts';
import { shareSchemas } from './shared-schemas.ts';

function unused(): never {
  throw new Error('An API that only describes itself does nothing.');
}

/** The API's own OpenAPI document, without a server or a database: nothing is connected before it is asked. */
async function readDocument(): Promise<Record<string, unknown>> {
  const database = openDatabase('postgresql://nobody@127.0.0.1:1/none');
  const deps: ApiDeps = {
    database,
    startRun: unused,
    startReconciliation: unused,
    syncs: { wake: unused, answer: unused, ensureCustomer: unused },
    noticeOf: unused,
    failureCodes: new Map(),
    readStripeDelivery: unused,
    wakeStripeEvents: unused,
    deadLetters: { count: unused, list: unused, requeue: unused, discard: unused },
    workflows: { urlOf: unused, listUrl: null, stateOf: unused },
    health: unused,
  };
  const api = buildApi(deps);
  try {
    return (await api.inject('/openapi.json')).json();
  } finally {
    await api.close();
    await database.close();
  }
}

/** TypeScript types of every address, as text; the same for the same API. */
export async function renderClientSchema(): Promise<string> {
  const ast = await openapiTS(JSON.stringify(shareSchemas(await readDocument())), {
    alphabetize: true,
    defaultNonNullable: false,
    exportType: true,
  });
  return `${COMMENT_HEADER}${astToString(ast)}`;
}
