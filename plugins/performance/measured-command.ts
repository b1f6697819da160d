import type { Schema } from 'heddle'
import type { Subject } from './subject.ts'

/** What every measurement of a command is given. */
export interface MeasuredCommand {
  readonly subject: Subject
  /** Absolute folder of the project on the machine. */
  readonly root: string
  /** Milliseconds after which one run of the command is ended. */
  readonly limitMs: number
}

/** The fields of its schema. */
export function measuredCommand(z: Parameters<Schema<unknown>>[0]) {
  return {
    subject: z.strictObject({
      name: z.string(),
      program: z.string(),
      arguments: z.array(z.string()),
      shell: z.boolean(),
    }),
    root: z.string(),
    limitMs: z.number().positive(),
  }
}
