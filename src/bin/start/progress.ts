import { MultiBar, type SingleBar } from 'cli-progress';
import type { Reporter } from '../../../examples/airports/reporter.ts';
import { perSecond, type Work } from '../../../examples/airports/work.ts';

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

/** 9,731/s, and 24.5/s where a digit more says something. */
export function rateText(rate: number): string {
  return `${rate.toLocaleString('en-US', { maximumFractionDigits: rate < 100 ? 1 : 0 })}/s`;
}

export function workText(work: Work): string {
  return `${count(work.count)} in ${work.seconds.toFixed(1)} s, ${rateText(perSecond(work))}`;
}

const nameWidth = 18;

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
    finished(counter, work) {
      end();
      output.write(`  ${counter.padEnd(nameWidth)} ${workText(work)}\n`);
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
    format: '  {name} {bar} {text}',
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    fps: 8,
    // A stage's line moves all bars down; one that has not changed would be missing in its new place.
    forceRedraw: true,
    // The cursor and the line wrapping stay as they are, so that a killed process leaves nothing to restore.
    hideCursor: null,
    linewrap: null,
    // Ctrl-C belongs to the program as a whole, which ends the bars on its way out.
    gracefulExit: false,
  });
  const counters = new Map<string, Counter>();
  const counterOf = (name: string) => {
    const counter = counters.get(name) ?? newCounter(bars.create(1, 0, { name: name.padEnd(nameWidth), text: '' }));
    counters.set(name, counter);
    return counter;
  };
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
      for (const counter of counters.values()) counter.pause();
      title ??= bars.create(1, 0, { name: '' }, { format: '{name}' });
      title.update(0, { name: `… ${name}` });
    },
    progress(counter, done, total) {
      counterOf(counter).move(done, Math.max(done, total ?? 1));
    },
    finished(counter, work) {
      counterOf(counter).finish(work);
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

/** A bar, and how fast it moves at the moment. */
type Counter = {
  move(done: number, total: number): void;
  /** It may stand for a while: then it has no rate. */
  pause(): void;
  finish(work: Work): void;
};

/** The current rate is over the last seconds: long enough not to flicker, short enough to show a standstill. */
const windowMs = 10_000;

function newCounter(bar: SingleBar): Counter {
  let last = { at: performance.now(), done: 0, total: 1 };
  let recent = [last];
  /** What is there already when it begins was not done now. */
  let isFresh = true;
  const show = (rate?: number) => {
    const { done, total } = last;
    const text = `${count(done)} of ${count(total)}${rate === undefined ? '' : `, ${rateText(rate)}`}`;
    bar.setTotal(total);
    bar.update(done, { text });
  };
  return {
    move(done, total) {
      last = { at: performance.now(), done, total };
      if (isFresh) recent = [];
      isFresh = false;
      recent = [...recent.filter(({ at }) => at > last.at - windowMs), last];
      const { at, done: before } = recent[0] ?? last;
      const seconds = (last.at - at) / 1_000;
      show(done < total && seconds > 0 ? (done - before) / seconds : undefined);
    },
    pause() {
      isFresh = true;
      show();
    },
    finish(work) {
      bar.update(bar.getTotal(), { text: workText(work) });
    },
  };
}
