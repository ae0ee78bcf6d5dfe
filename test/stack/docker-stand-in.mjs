#!/usr/bin/env node
/**
 * Stands in for `docker` where no engine is: understands the commands that the stack gives, as Docker does, and runs this
 * machine's broker in the container's place. What it was told is written to calls.ndjson beside it. Like an engine, it
 * goes on with the container when its client is killed, until `docker rm`.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const home = dirname(fileURLToPath(import.meta.url));
const [command, ...args] = process.argv.slice(2);
appendFileSync(join(home, 'calls.ndjson'), `${JSON.stringify([command, ...args])}\n`);
const settings = JSON.parse(readFileSync(join(home, 'settings.json'), 'utf8'));
const pidFile = (name) => join(home, `${name}.pid`);

const commands = {
  info: () => process.exit(settings.engine ? 0 : 1),
  image: () => process.exit(settings.imageIsThere ? 0 : 1),
  pull: () => process.exit(0),
  rm() {
    const { values, positionals } = parseArgs({
      args,
      options: { force: { type: 'boolean' }, volumes: { type: 'boolean' } },
      allowPositionals: true,
    });
    const [name] = positionals;
    if (!values.force || name === undefined) process.exit(125);
    if (!existsSync(pidFile(name))) process.exit(0);
    try {
      process.kill(-Number(readFileSync(pidFile(name), 'utf8')), 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
    rmSync(pidFile(name));
  },
  async run() {
    const { values, positionals } = parseArgs({
      args,
      options: {
        rm: { type: 'boolean' },
        name: { type: 'string' },
        hostname: { type: 'string' },
        publish: { type: 'string', multiple: true },
        volume: { type: 'string', multiple: true },
      },
      allowPositionals: true,
    });
    if (positionals.join() !== settings.image || existsSync(pidFile(values.name))) process.exit(125);
    const portOf = (inside) => {
      const found = values.publish
        .map((one) => /^127\.0\.0\.1:(\d+):(\d+)$/.exec(one))
        .find((one) => one?.[2] === inside);
      if (found === undefined) process.exit(125);
      return Number(found[1]);
    };
    // The volume, or one without a name.
    const data = join(home, values.volume?.[0]?.split(':')[0] ?? `anonymous-${process.pid}`);
    mkdirSync(data, { recursive: true });
    const [amqp, management, distribution, epmd] = [
      portOf('5672'),
      portOf('15672'),
      await freePort(),
      await freePort(),
    ];
    writeFileSync(join(data, 'env.conf'), '');
    writeFileSync(join(data, 'plugins'), '[rabbitmq_management].\n');
    writeFileSync(
      join(data, 'rabbitmq.conf'),
      `listeners.tcp.1 = 127.0.0.1:${amqp}\nmanagement.tcp.ip = 127.0.0.1\nmanagement.tcp.port = ${management}\n`,
    );
    const broker = spawn(settings.server, {
      detached: true,
      stdio: 'inherit',
      env: {
        PATH: settings.path,
        HOME: data,
        ERL_EPMD_PORT: String(epmd),
        RABBITMQ_CONF_ENV_FILE: join(data, 'env.conf'),
        RABBITMQ_NODENAME: `${values.hostname}@localhost`,
        RABBITMQ_NODE_PORT: String(amqp),
        RABBITMQ_DIST_PORT: String(distribution),
        RABBITMQ_MNESIA_BASE: join(data, 'mnesia'),
        RABBITMQ_LOG_BASE: join(data, 'log'),
        RABBITMQ_PID_FILE: join(data, 'pid'),
        RABBITMQ_CONFIG_FILE: join(data, 'rabbitmq.conf'),
        RABBITMQ_ENABLED_PLUGINS_FILE: join(data, 'plugins'),
        RABBITMQ_ALLOW_INPUT: '1',
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-noinput +S 1:1',
      },
    });
    writeFileSync(pidFile(values.name), String(broker.pid));
    process.on('SIGTERM', () => broker.kill('SIGTERM'));
    broker.on('exit', (code) => {
      rmSync(pidFile(values.name), { force: true });
      process.exit(code ?? 137);
    });
  },
};

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

if (commands[command] === undefined) process.exit(125);
await commands[command]();
