/**
 * Runs the tests of src/domain/ for Stryker inside one process, once for every fault that it plants. Its own runner for
 * mocha reaches into files that mocha 12 has renamed; this one keeps to mocha's documented class. Plain JavaScript,
 * since Stryker reads it before TypeScript can be loaded.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  determineHitLimitReached,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import Mocha from 'mocha';
import './plain-ok.mjs';

const folder = join('test', 'domain');

/** Those with properties, which take longest, come last: a run ends with the first test that fails. */
function testFiles() {
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.test.ts'));
  const files = names.sort().map((name) => resolve(folder, name));
  const isSlow = (file) => readFileSync(file, 'utf8').includes("from 'fast-check'");
  return [...files.filter((file) => !isSlow(file)), ...files.filter(isSlow)];
}

/** Shared with the planted code: which fault is active, what it has reached, and which test runs. */
const planted = () => {
  globalThis.__stryker__ ??= {};
  return globalThis.__stryker__;
};

/** A suite has copied its bail from its parent when the files were loaded, so each of them is told. */
function setBail(suite, bail) {
  suite.bail(bail);
  for (const child of suite.suites) setBail(child, bail);
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const anyOf = (titles) => new RegExp(`^(?:${titles.map(escaped).join('|')})$`);

/** A failed hook is a failure too, under the title that mocha gives it. */
const report = (test, status, failure = {}) => ({
  id: test.fullTitle(),
  name: test.fullTitle(),
  fileName: test.file,
  timeSpentMs: test.duration ?? 0,
  status,
  ...failure,
});

class DomainTests {
  static inject = tokens(commonTokens.options);

  #mocha = new Mocha({ timeout: 0 });
  #loaded = false;
  #options;

  constructor(options) {
    this.#options = options;
  }

  /**
   * An imported file cannot be imported anew, so a fault in what runs on import needs a new process. Where such faults
   * are left out nothing has to be loaded again: one in what a file calls both on import and later is tried later.
   */
  capabilities() {
    return { reloadEnvironment: this.#options.ignoreStatic };
  }

  init() {
    this.#mocha.cleanReferencesAfterRun(false);
    this.#mocha.suite.beforeEach(function tellTest() {
      planted().currentTestId = this.currentTest.fullTitle();
    });
    for (const file of testFiles()) this.#mocha.addFile(file);
  }

  async dryRun({ disableBail }) {
    const result = await this.#run(disableBail);
    return { ...result, mutantCoverage: planted().mutantCoverage };
  }

  /** Stryker lets a fault be reached a hundred times as often as by all tests together; ten times is an endless loop too. */
  async mutantRun({ testFilter, disableBail, hitLimit, activeMutant, mutantActivation }) {
    planted().hitLimit = hitLimit && Math.ceil(hitLimit / 10);
    planted().hitCount = hitLimit && 0;
    if (mutantActivation === 'static') planted().activeMutant = activeMutant.id;
    this.#mocha.grep(testFilter === undefined ? /^/ : anyOf(testFilter));
    return toMutantRunResult(await this.#run(disableBail, activeMutant.id));
  }

  dispose() {
    this.#mocha.dispose();
  }

  async #run(disableBail, fault) {
    try {
      if (!this.#loaded) await this.#load();
    } catch (error) {
      return { status: DryRunStatus.Error, errorMessage: error.stack };
    }
    this.#loaded = true;
    planted().activeMutant = fault;
    setBail(this.#mocha.suite, !disableBail);
    const tests = await this.#reports();
    return determineHitLimitReached(planted().hitCount, planted().hitLimit) ?? { status: DryRunStatus.Complete, tests };
  }

  /** Stryker watches the time of a whole run; a test's own limit would call a slow machine a noticed fault. */
  async #load() {
    await this.#mocha.loadFilesAsync();
    this.#mocha.suite.eachTest((test) => test.timeout(0));
  }

  #reports() {
    const tests = [];
    class Collect {
      constructor(runner) {
        runner.on('pass', (test) => tests.push(report(test, TestStatus.Success)));
        runner.on('pending', (test) => tests.push(report(test, TestStatus.Skipped)));
        runner.on('fail', (test, error) =>
          tests.push(report(test, TestStatus.Failed, { failureMessage: error.stack ?? String(error) })),
        );
      }
    }
    this.#mocha.reporter(Collect);
    return new Promise((ended) => this.#mocha.run(() => ended(tests)));
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'domain-tests', DomainTests)];
