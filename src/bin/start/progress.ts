import { MultiBar, type SingleBar } from 'cli-progress';
import type { Reporter } from '../../../examples/airports/reporter.ts';

type Output = NodeJS.WriteStream;

/** Bars on a terminal; elsewhere, say in a log of continuous integration, one plain line for each stage. */
export function reportProgress(output: Output = process.stderr): Reporter {
  return output.isTTY ? barsOn(output) : linesOn(output);
}

/** What a stage did, for the line that is left of it: time, notes, and the counters that it moved. */
type Stage = { name: string; startedAt: number; notes: string[]; counters: Map<string, string> };

const newStage = (name: string): Stage => ({ name, startedAt: performance.now(), notes: [], counters: new Map() });

function lineOf({ name, startedAt, notes, counters }: Stage): string {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  const counted = [...counters].map(([counter, text]) => `${text} ${counter}`);
  return `${[name, ...notes, ...counted].join(', ')} (${seconds} s)\n`;
}

const count = (value: number): string => value.toLocaleString('en-US');

function linesOn(output: Output): Reporter {
  let stage: Stage | undefined;
  const shown = new Map<string, number>();
  const end = () => {
    if (stage !== undefined) output.write(lineOf(stage));
    stage = undefined;
  };
  return {
    stage(name) {
      end();
      stage = newStage(name);
    },
    progress(counter, done, total) {
      if (shown.get(counter) === done) return;
      shown.set(counter, done);
      stage?.counters.set(counter, total === undefined ? count(done) : `${count(done)} of ${count(total)}`);
    },
    note(text) {
      stage?.notes.push(text);
    },
    done: end,
  };
}

function barsOn(output: Output): Reporter {
  const bars = new MultiBar({
    stream: output,
    format: '  {name} {bar} {done}',
    barsize: 30,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    fps: 8,
    // The cursor and the line wrapping stay as they are, so that a killed process leaves nothing to restore.
    hideCursor: null,
    linewrap: null,
    // Ctrl-C belongs to the program as a whole, which ends the bars on its way out.
    gracefulExit: false,
  });
  const counters = new Map<string, SingleBar>();
  let stage: Stage | undefined;
  let title: SingleBar | undefined;
  const end = () => {
    if (stage !== undefined) bars.log(`✓ ${lineOf(stage)}`);
    stage = undefined;
  };
  return {
    stage(name) {
      end();
      stage = newStage(name);
      title ??= bars.create(1, 0, { name: '' }, { format: '{name}' });
      title.update(0, { name: `… ${name}` });
    },
    progress(counter, done, total = Math.max(done, 1)) {
      const shown = { name: counter.padEnd(18), done: `${count(done)} of ${count(Math.max(done, total))}` };
      const bar = counters.get(counter) ?? bars.create(total, 0, shown);
      counters.set(counter, bar);
      bar.setTotal(Math.max(done, total));
      bar.update(done, shown);
    },
    note(text) {
      stage?.notes.push(text);
    },
    done() {
      end();
      title?.update(1, { name: '' });
      bars.stop();
    },
  };
}
