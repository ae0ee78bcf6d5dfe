export class Missing extends Error {}
export function dependenciesAreFresh(root: string): boolean;
export function dashboardIsFresh(root: string): boolean;
export function prepare(root: string, needs?: { dashboard?: boolean }): Promise<void>;
