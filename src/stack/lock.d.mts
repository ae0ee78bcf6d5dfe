export type LockAnswer = { held: true; release: () => void } | { held: false; pid: number };
export function tryLock(directory: string): LockAnswer;
export function lock(directory: string, onWait?: (pid: number) => void): Promise<() => void>;
