/** The API version whose shapes the simulator speaks: the one that the SDK 23.1 pins. */
export const apiVersion = '2026-10-28.endive';
