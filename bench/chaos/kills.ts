/** One kill, and the time from it until what was killed served again. */
export type Kill = {
  /** Seconds since the faults began. */
  atSeconds: number;
  /** The process by its name (`worker-2`) or the part (`postgres`). */
  target: string;
  /** Where it killed itself, if it was at a crash point. */
  point?: string;
  recoveredAfterSeconds?: number;
};

export type KillLog = {
  readonly all: readonly Kill[];
  /** Counts the seconds from now on. */
  begin(): void;
  note(target: string, point?: string): void;
  /** What was killed serves again: every kill of it that is open has recovered. */
  recovered(target: string): void;
  /** Whether one of the targets is away now, or was within the last so many seconds. */
  wasAway(targets: readonly string[], seconds: number): boolean;
  /** How often a process has died at this crash point. */
  hitsOf(point: string): number;
  summary(): {
    kills: number;
    killsByTarget: Record<string, number>;
    recovered: number;
    longestRecoverySeconds: number;
  };
};

export function openKillLog(say: (line: string) => void, nowMs: () => number = () => performance.now()): KillLog {
  const all: (Kill & { atMs: number; recoveredAtMs?: number })[] = [];
  let startedMs = nowMs();
  return {
    all,
    begin() {
      startedMs = nowMs();
    },
    note(target, point) {
      const atMs = nowMs();
      const atSeconds = seconds(atMs - startedMs);
      all.push({ atMs, atSeconds, target, ...(point !== undefined && { point }) });
      say(`${atSeconds.toFixed(1)} s  kill ${target}${point === undefined ? '' : ` at ${point}`}`);
    },
    recovered(target) {
      for (const kill of all) {
        if (kill.target !== target || kill.recoveredAfterSeconds !== undefined) continue;
        kill.recoveredAtMs = nowMs();
        kill.recoveredAfterSeconds = seconds(kill.recoveredAtMs - kill.atMs);
      }
    },
    wasAway: (targets, within) =>
      all.some(
        ({ target, recoveredAtMs }) =>
          targets.includes(target) && (recoveredAtMs === undefined || nowMs() - recoveredAtMs < 1_000 * within),
      ),
    hitsOf: (point) => all.filter((kill) => kill.point === point).length,
    summary() {
      const killsByTarget: Record<string, number> = {};
      for (const { target } of all) {
        const kind = target.replace(/-\d+$/, '');
        killsByTarget[kind] = (killsByTarget[kind] ?? 0) + 1;
      }
      const recoveries = all.flatMap(({ recoveredAfterSeconds }) => recoveredAfterSeconds ?? []);
      return {
        kills: all.length,
        killsByTarget,
        recovered: recoveries.length,
        longestRecoverySeconds: Math.max(0, ...recoveries),
      };
    },
  };
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
