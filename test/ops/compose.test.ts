import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { graceMs } from '../../src/bin/shared/process.ts';
import { readConfig } from '../../src/config.ts';
import { isDurabillError } from '../../src/errors/error.ts';
import { compose, copyContext, isIgnored, read, root, type Service, stages } from './support.ts';

const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build !== undefined);
/** The processes that read the configuration; the simulator and the mail server are told everything by their options. */
const configured = ours.filter(([name]) => name !== 'simulator' && name !== 'mail');
const [build, final] = stages() as [ReturnType<typeof stages>[number], ReturnType<typeof stages>[number]];
const inFinal = (name: string) => final.instructions.filter((one) => one.name === name).map(({ args }) => args);

/** What compose would put in the place of `${NAME:?}` and `${NAME:-}`, with the variables of .env.example filled in. */
function filledIn(value: string | number): string {
  return String(value).replaceAll(/\$\{(\w+)(:\?|:-)\}/g, (_all, name: string, kind: string) => {
    if (kind === ':-') return '';
    return name === 'STRIPE_SECRET_KEY' ? 'sk_test_durabillCompose0000' : 'secret';
  });
}

const imageVariables = Object.fromEntries(
  inFinal('ENV').flatMap((line) => [...line.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value])),
) as Record<string, string>;

function environmentOf({ environment = {} }: Service): Record<string, string> {
  const own = Object.entries(environment).map(([name, value]) => [name, filledIn(value)]);
  return { ...imageVariables, ...Object.fromEntries(own) };
}

describe('docker-compose.yml', () => {
  it('pins every image to one version', () => {
    const images = [...services.map(([, { image }]) => image), ...stages().map(({ from }) => from.split(' ')[0] ?? '')];
    for (const image of images) assert.match(image, /^[\w./-]+:\d+\.\d+(\.\d+)?(-[\w-]+)?$/);
    const { version } = JSON.parse(read('package.json')) as { version: string };
    for (const [name, { image }] of ours) assert.equal(image, `durabill:${version}`, name);
  });

  it('asks everything that stays for its health, and restarts it', () => {
    assert.ok(inFinal('HEALTHCHECK')[0]?.includes('/healthz'), 'the image has a health check of its own');
    for (const [name, { healthcheck, restart, build: built }] of services) {
      const isOnce = restart?.startsWith('on-failure:');
      const isAsked = healthcheck?.test !== undefined || (built !== undefined && healthcheck?.disable !== true);
      assert.equal(isAsked, !isOnce, `${name} has a health check, or ends`);
      if (!isOnce) assert.equal(restart, 'unless-stopped', name);
    }
  });

  it('starts each service after what it needs is healthy, or has been done', () => {
    for (const [name, { depends_on = {} }] of services) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const needed = compose.services[other];
        assert.ok(needed, `${name} waits for ${other}, which is not there`);
        const wanted = needed.restart?.startsWith('on-failure:') ? 'service_completed_successfully' : 'service_healthy';
        assert.equal(condition, wanted, `${name} → ${other}`);
      }
    }
    for (const [name, { depends_on = {} }] of configured.filter(([one]) => one !== 'setup')) {
      assert.deepEqual(Object.keys(depends_on).sort(), ['postgres', 'rabbitmq', 'setup', 'temporal'], name);
    }
  });

  it('gives our processes what they need and nothing that they do not know', () => {
    for (const [name, service] of configured) {
      const env = environmentOf(service);
      const config = readConfig(env);
      assert.equal(new URL(config.databaseUrl).hostname, 'postgres', name);
      assert.equal(config.api.host, '0.0.0.0', name);
      const source = read('src/config.ts');
      for (const variable of Object.keys(env).filter((one) => one !== 'NODE_ENV')) {
        assert.ok(source.includes(variable), `${name} gets ${variable}, which src/config.ts does not read`);
      }
    }
    // The fault of one that is left out is told, so that the check above can fail.
    const { AMQP_URL: _left, ...rest } = environmentOf(compose.services['api'] as Service);
    assert.throws(
      () => readConfig(rest),
      (error) => isDurabillError(error, 'config-invalid'),
    );
  });

  it('runs commands that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const entry = JSON.parse(inFinal('ENTRYPOINT')[0] ?? '[]') as string[];
    for (const [name, { command }] of [
      ...ours,
      ['the image', { command: JSON.parse(inFinal('CMD')[0] ?? '[]') }] as const,
    ]) {
      const [program = ''] = (command ?? []) as string[];
      assert.equal(scripts[program], [...entry, program].join(' '), name);
    }
  });

  it('reaches other services by their names, and declares every volume', () => {
    for (const [name, { environment = {}, volumes = [] }] of services) {
      for (const value of Object.values(environment).map(filledIn)) {
        const host = /(?:@|^)([a-z-]+):\d+/.exec(value)?.[1];
        if (host !== undefined) assert.ok(compose.services[host], `${name} names ${host}, which is not there`);
      }
      for (const volume of volumes) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('./')) assert.ok(existsSync(join(root, source)), `${name} mounts ${source}`);
        else assert.ok(source in compose.volumes, `${name} uses the volume ${source}`);
      }
    }
    const used = services.flatMap(([, { volumes = [] }]) => volumes.map((one) => one.split(':')[0]));
    assert.deepEqual(
      Object.keys(compose.volumes).filter((one) => !used.includes(one)),
      [],
    );
  });

  it('opens ports on this machine only, and ours are those of the image', () => {
    const exposed = inFinal('EXPOSE').flatMap((line) => line.split(' '));
    assert.deepEqual(exposed, [imageVariables['DURABILL_API_PORT'], imageVariables['DURABILL_OPERATIONS_PORT']]);
    for (const [name, { ports = [] }] of services) {
      for (const port of ports) assert.match(port, /^127\.0\.0\.1:\d+:\d+$/, name);
    }
    assert.equal(compose.services['api']?.ports?.[0]?.split(':')[2], imageVariables['DURABILL_API_PORT']);
  });

  it('leaves every process the time that it gives itself', () => {
    for (const [name, { stop_grace_period = '10s' }] of ours) {
      assert.ok(Number.parseInt(stop_grace_period, 10) * 1_000 > graceMs, name);
    }
  });

  it('holds no secret: each comes from a variable that .env.example names', () => {
    const text = read('docker-compose.yml');
    const taken = [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name ?? '');
    const example = read('.env.example');
    for (const name of taken) assert.match(example, new RegExp(`^(# )?${name}=`, 'm'), name);
    for (const [name, { environment = {} }] of services) {
      for (const [variable, value] of Object.entries(environment)) {
        if (/PASSWORD|PWD|PASS$|SECRET|_KEY$/.test(variable))
          assert.match(String(value), /^\$\{\w+:[?-]\}$/, `${name} ${variable}`);
        const written = String(value).replaceAll(/\$\{[^}]*\}/g, '');
        assert.doesNotMatch(written, /:\/\/[^/@:]*:[^@/]+@/, `${name} ${variable} has a password in it`);
      }
    }
    for (const [, name, value] of example.matchAll(/^(?:# )?(\w+)=(.*)$/gm)) {
      if (name !== 'STRIPE_API_BASE') assert.equal(value, '', `${name} is left to whoever copies it`);
    }
    assert.match(read('.gitignore'), /^\.env$/m);
  });
});

describe('the image', function () {
  this.timeout(240_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'durabill-image-'));
    copyContext(folder);
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = (args: string[], env: Record<string, string> = {}) =>
    new Promise<{ code: number | null; out: string }>((resolve) => {
      const options = { cwd: folder, env: { PATH: process.env['PATH'] ?? '', ...imageVariables, ...env } };
      const child = execFile(process.execPath, args, options, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, out: `${stdout}${stderr}` }),
      );
    });

  it('runs as a user without rights', () => {
    const users = inFinal('USER');
    assert.deepEqual(users, ['node']);
    const names = final.instructions.map(({ name }) => name);
    assert.ok(names.indexOf('USER') < names.indexOf('ENTRYPOINT'), 'the user is set before the process starts');
    assert.ok(names.indexOf('USER') > names.lastIndexOf('COPY'), 'what was copied belongs to root');
  });

  it('has no tests, no documents, no data and no secrets in it', () => {
    for (const path of [
      '.env',
      '.git/config',
      '.durabill/api-key',
      'test/rooms.test.ts',
      'docs/errors.md',
      'bench/index.ts',
    ]) {
      assert.ok(isIgnored(path), path);
    }
    const pruned = build.instructions.some(({ name, args }) => name === 'RUN' && args.includes('npm prune --omit=dev'));
    assert.ok(pruned, 'packages for development are taken out');
  });

  it('has all that the processes need to start', async () => {
    const entry = JSON.parse(inFinal('ENTRYPOINT')[0] ?? '[]').slice(1) as string[];
    // As the build does it; makes the database client.
    assert.equal((await run([...entry, 'install'])).code, 0);
    const faulty = await Promise.all(
      ['api', 'worker', 'bridge', 'setup'].map((program) => run([...entry, program], { DURABILL_API_PORT: 'x' })),
    );
    for (const { code, out } of faulty) {
      assert.equal(code, 1, out);
      assert.match(out, /^DURABILL_API_PORT is "x": write a whole number from 0 to 65535\.$/m);
    }
  });

  it('has the workflows and the migrations, which are read by path', async () => {
    const script = `
      const { bundleWorkflows } = await import('./src/temporal/workers.ts');
      const { missingMigrations } = await import('./src/store/migrate.ts');
      await bundleWorkflows();
      const missing = await missingMigrations({ query: async () => ({ rows: [] }) });
      console.log(missing.length);`;
    const { code, out } = await run(['--import', 'tsx', '--input-type=module', '--eval', script]);
    assert.equal(code, 0, out);
    assert.ok(Number(out) > 0, out);
  });

  it('asks for the health of the process by a command that says no when there is no answer', async () => {
    const [, command = ''] = /CMD (\[.*\])$/.exec(inFinal('HEALTHCHECK')[0] ?? '') ?? [];
    const [program, ...args] = JSON.parse(command) as string[];
    assert.equal(program, 'node');
    assert.equal((await run(args, { DURABILL_OPERATIONS_PORT: '1' })).code, 1);
  });
});
