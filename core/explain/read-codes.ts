import type { CodeExplanations } from './explanation.ts'

/** Every code of our own, explained; those of plugins are with `framework.codes()`. */
export async function readCodes(): Promise<CodeExplanations> {
  return (await import('./codes.ts')).coreCodes
}
