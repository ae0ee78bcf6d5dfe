export class Missing extends Error {}
export function dependenciesAreFresh(root: string): boolean;
export function prepare(root: string): Promise<void>;
