/**
 * Replays a workflow's history on the workflow code of this checkout: `npm run replay -- FILE | WORKFLOW_ID`. Says
 * whether the code would do the same again, and ends with 1 if it would not.
 */
import { existsSync, readFileSync } from 'node:fs';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { readTemporalConfig } from '../config.ts';
import { connectTemporal } from '../temporal/connection.ts';
import { type HistoryJson, replayHistory, workflowTypeOf } from '../temporal/replay.ts';
import { bundleWorkflows } from '../temporal/workers.ts';

const [source] = process.argv.slice(2);
if (source === undefined) {
  console.error('Name a history file, or the id of a workflow on the server that TEMPORAL_ADDRESS names.');
  process.exit(2);
}
Runtime.install({ logger: new DefaultLogger('ERROR') });
const history = existsSync(source) ? parse(readFileSync(source, 'utf8')) : await fetchHistory(source);
const what = `${workflowTypeOf(history)}, ${history.events.length} events`;
try {
  await replayHistory(history, await bundleWorkflows());
  console.log(`Replays as it was recorded: ${what}.`);
} catch (error) {
  if (!(error instanceof DeterminismViolationError)) throw error;
  console.error(`Does not replay: ${what}. ${error.message}`);
  process.exitCode = 1;
}

/** The last run under the id, as the server has it. */
async function fetchHistory(workflowId: string): Promise<HistoryJson> {
  const temporal = connectTemporal(readTemporalConfig({ TEMPORAL_ADDRESS: '127.0.0.1:7233', ...process.env }));
  try {
    return parse(historyToJSON(await temporal.client.workflow.getHandle(workflowId).fetchHistory()));
  } finally {
    await temporal.close();
  }
}

function parse(text: string): HistoryJson {
  return JSON.parse(text) as HistoryJson;
}
