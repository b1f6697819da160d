import { defineOperation, type Operation, type Path } from 'heddle'

/** A new file that a setup proposes. */
export interface Proposal {
  readonly path: string
  readonly text: string
  /** What it is for, in a few words. */
  readonly why: string
}

/** What became of a proposal. */
export interface ProposedFile {
  readonly path: string
  readonly why: string
  /** `proposed`: nothing was written; `kept`: there is such a file already, and it stays as it is. */
  readonly status: 'proposed' | 'written' | 'kept' | 'failed'
  /** The patch of a new file, for `git apply`; null for one that is kept. */
  readonly patch: string | null
}

interface CreateInput {
  readonly path: string
  readonly text: string
}

/** Makes a file where there is none. */
export function create({ path, text }: Proposal): Operation {
  return { kind: 'create-file', name: `create ${path}`, input: { path, text } }
}

/** The kind behind `create`: a file that is there already stays as it is, git-ignored ones included. */
export const createFileKind = defineOperation<
  CreateInput,
  { readonly path: string; readonly created: boolean }
>({
  kind: 'create-file',
  description: 'Writes a new text file; one that is there already stays as it is',
  lane: 'io',
  effects: 'workspace',
  idempotent: true,
  input: (z) => z.strictObject({ path: z.string().min(1), text: z.string() }),
  output: (z) => z.strictObject({ path: z.string(), created: z.boolean() }),
  claims: ({ path }) => ({ reads: [escaped(path)], writes: [escaped(path)] }),
  async run({ path, text }, { files }) {
    if (await files.stat(path as Path)) return { path, created: false }
    await files.write(path as Path, text)
    return { path, created: true }
  },
})

/** The patch that makes the file. */
export function patchOf({ path, text }: Proposal): string {
  const lines = text.replace(/\n$/, '').split('\n')
  return [
    '--- /dev/null',
    `+++ b/${path}`,
    `@@ -0,0 +1,${lines.length} @@`,
    ...lines.map((line) => `+${line}`),
    '',
  ].join('\n')
}

function escaped(path: string): string {
  return path.replace(/[[\]{}*?!\\()]/g, '\\$&')
}
