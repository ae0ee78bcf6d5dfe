export type ProcessIdentity = { pid: number; identity: string };
export function identityOf(pid: number): string | undefined;
export function ownIdentity(): ProcessIdentity;
export function isAlive(noted: ProcessIdentity | undefined): boolean;
export function parentOf(pid: number): { pid: number; command: string } | undefined;
