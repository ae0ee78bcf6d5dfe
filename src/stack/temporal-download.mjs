/**
 * Fetches the program `temporal` the way Temporal's SDK does for tests: `node temporal-download.mjs DIRECTORY VERSION`.
 * The SDK starts what it has fetched, so it is stopped again at once. A process of its own, since the SDK allows one
 * runtime a process and ours may want another.
 */
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [downloadDir, version] = process.argv.slice(2);
const server = await TestWorkflowEnvironment.createLocal({
  server: { executable: { type: 'cached-download', downloadDir, version } },
});
await server.teardown();
