import type { RefuseInput } from './kinds.ts'
import type { StepKind } from './step.ts'

/** What text of modules may do, as the configuration says. */
export interface Permission {
  mayRun(words: readonly string[]): boolean
  /** Files and folders that may be written; `.` is all. */
  readonly writes: readonly string[]
}

/** Why an operation is not allowed; undefined when it is. Its input is whole. */
export function refusalOf(
  { kind, input }: { kind: StepKind; input: Readonly<Record<string, unknown>> },
  { mayRun, writes }: Permission,
): RefuseInput | undefined {
  if (kind === 'write' || kind === 'edit') {
    const path = typeof input['path'] === 'string' ? input['path'] : ''
    if (writes.some((allowed) => isWithin(path, allowed))) return undefined
    return {
      code: 'chain/write-not-allowed',
      message: `The configuration does not allow workflows to write "${path}".`,
      hint: `Add it in heddle.config.ts, when you trust the steps: plugins: [chain({ writes: ['${folderOf(path)}'] })].`,
    }
  }
  if (kind !== 'bash' && kind !== 'try') return undefined
  const words = [input['program'], ...[input['arguments'] ?? []].flat()].map(String)
  if (mayRun(words)) return undefined
  return {
    code: 'chain/program-not-allowed',
    message: `The configuration does not allow workflows to run "${words.slice(0, 2).join(' ')}".`,
    hint: `Add it in heddle.config.ts, when you trust the steps: bash: { allow: ['${words.slice(0, 2).join(' ')}'] }.`,
  }
}

function isWithin(path: string, allowed: string): boolean {
  const names = path.split('/')
  if (path === '' || path.startsWith('/') || path.includes('\\') || names.includes('..')) return false
  const [own, folder] = [path, allowed].map((text) =>
    text
      .split('/')
      .filter((name) => name !== '' && name !== '.')
      .join('/'),
  )
  return folder === '' || own === folder || own!.startsWith(`${folder}/`)
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : path
}
