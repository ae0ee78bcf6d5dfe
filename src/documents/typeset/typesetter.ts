import { Worker } from 'node:worker_threads';
import { DurabillError } from '../../errors/error.ts';
import type { Sheet } from '../sheet.ts';
import { fontFolders } from './fonts.ts';

/** A document as a file. */
export type TypesetDocument = {
  bytes: Buffer;
  /** Characters that no font has, and that stand in it as U+FFFD. */
  unwritable: readonly string[];
};

type Job = { sheet: string; resolve: (done: TypesetDocument) => void; reject: (error: Error) => void };
type Answer = { id: number; bytes: Uint8Array; unwritable: string[] } | { id: number; error: string };

export type TypesetLimits = {
  /** Documents that wait for their turn; another one is refused. */
  maxWaiting: number;
  /** For one document; thousands of lines take a few seconds. */
  timeoutMs: number;
};

/**
 * Sets documents one after the other in a thread, which is started for the first of them and keeps no process alive.
 * A thread that fails or takes too long is given up with the document it had; the next one gets a new thread.
 */
export class Typesetter {
  readonly #limits: TypesetLimits;
  readonly #waiting: Job[] = [];
  #worker: Worker | undefined;
  #current: { id: number; job: Job; timer: NodeJS.Timeout } | undefined;
  #lastId = 0;

  constructor(limits: TypesetLimits = { maxWaiting: 100, timeoutMs: 25_000 }) {
    this.#limits = limits;
  }

  /** @throws DurabillError unavailable, document-failed */
  async set(sheet: Sheet): Promise<TypesetDocument> {
    if (this.#waiting.length >= this.#limits.maxWaiting) {
      throw new DurabillError('unavailable', { reason: 'Too many documents are being made; this one was not begun.' });
    }
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ sheet: JSON.stringify(sheet), resolve, reject });
      this.#next();
    });
  }

  /** Ends the thread; what waits is refused. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#giveUp(new DurabillError('unavailable', { reason: 'The process is ending.' }));
    for (const { reject } of this.#waiting.splice(0)) reject(new DurabillError('unavailable'));
    await worker?.terminate();
  }

  #next(): void {
    const job = this.#current === undefined ? this.#waiting.shift() : undefined;
    if (job === undefined) return;
    const worker = this.#startedWorker();
    const id = ++this.#lastId;
    const timer = setTimeout(() => {
      this.#giveUp(new DurabillError('unavailable', { reason: 'The document took too long to be made.' }));
      void worker.terminate();
      this.#next();
    }, this.#limits.timeoutMs);
    this.#current = { id, job, timer };
    worker.ref();
    worker.postMessage({ id, sheet: job.sheet });
  }

  #startedWorker(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    // Without the loaders of the process: the thread is plain JavaScript, and starts in a few milliseconds.
    const worker = new Worker(new URL('./worker.mjs', import.meta.url), {
      workerData: { fontFolders: fontFolders() },
      execArgv: [],
    });
    const failed = (cause: unknown) => {
      if (this.#worker !== worker) return;
      this.#giveUp(new DurabillError('document-failed', { cause }));
      this.#next();
    };
    worker.on('message', (answer: Answer) => this.#answered(answer));
    worker.on('error', failed);
    worker.on('exit', (code) => failed(new Error(`The thread ended with code ${code}.`)));
    this.#worker = worker;
    return worker;
  }

  #answered(answer: Answer): void {
    const current = this.#current;
    if (current?.id !== answer.id) return;
    clearTimeout(current.timer);
    this.#current = undefined;
    this.#worker?.unref();
    if ('error' in answer) current.job.reject(new DurabillError('document-failed', { cause: new Error(answer.error) }));
    else current.job.resolve({ bytes: Buffer.from(answer.bytes), unwritable: answer.unwritable });
    this.#next();
  }

  /** Lets go of the thread and of the document it has. */
  #giveUp(error: Error): void {
    const current = this.#current;
    this.#worker = undefined;
    this.#current = undefined;
    if (current === undefined) return;
    clearTimeout(current.timer);
    current.job.reject(error);
  }
}
