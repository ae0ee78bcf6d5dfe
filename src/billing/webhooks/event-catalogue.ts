/** What is told, for rooms that do not read the domain themselves. */
export { choosableTypes, type EventShape, eventTypes, testType } from '../../domain/webhook/event-types.ts';
