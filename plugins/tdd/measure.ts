import { defineOperation, HeddleError, languageOf, type Operation, parseSyntax, type Path } from 'heddle'
import type { CodeShape } from './code-shape.ts'

/** Larger files are generated, or data. */
const mostLength = 2 * 1024 * 1024

/**
 * Parses a source file and measures it. A file of a language without a parser, or on a machine without a build of it, is only counted
 * in lines, and says so.
 */
export async function measureText(path: string, text: string): Promise<CodeShape> {
  const plain = { path, lines: linesOf(text), classes: [], functions: [], tests: [] }
  if (text.length > mostLength) return { ...plain, unparsed: 'it is larger than 2 MiB' }
  try {
    const root = await parseSyntax(path, text)
    const language = languageOf(path)
    if (!root || !language) return { ...plain, unparsed: `no parser knows ${language ?? 'its language'}` }
    const [{ classesOf, functionsOf }, { testCasesOf }] = await Promise.all([
      import('./shape.ts'),
      import('./test-cases.ts'),
    ])
    const isPython = language === 'python'
    return {
      ...plain,
      unparsed: null,
      classes: classesOf(root, language),
      functions: functionsOf(root, isPython),
      tests: testCasesOf(root, isPython),
    }
  } catch (thrown) {
    // What else is known of the component is worth having without it; that it is missing is told.
    const why =
      thrown instanceof HeddleError ? thrown.diagnostic.message : `the parser failed (${String(thrown)})`
    return { ...plain, unparsed: why.replace(/\.$/, '') }
  }
}

/** Measures one source file. */
export const shapeKind = defineOperation<{ readonly path: string }, CodeShape>({
  kind: 'code-shape',
  description: 'Parses a source file: its classes, functions and tests, and what stands in them',
  lane: 'io',
  effects: 'none',
  idempotent: true,
  input: (z) => z.strictObject({ path: z.string() }),
  output: (z) => z.custom<CodeShape>((value) => typeof value === 'object' && value !== null),
  claims: ({ path }) => ({ reads: [path], writes: [] }),
  async run({ path }, { files }) {
    return measureText(path, new TextDecoder().decode(await files.read(path as Path)))
  },
  quality: (_, { unparsed }) => ({ expected: 1, analysed: unparsed === null ? 1 : 0, truncated: false }),
})

/** Measures the file at a path. */
export function shapeOf(path: string): Operation {
  return { kind: 'code-shape', name: `shape of ${path}`, input: { path } }
}

function linesOf(text: string): number {
  if (text === '') return 0
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
}
