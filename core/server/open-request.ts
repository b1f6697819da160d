import { fail, HeddleError } from '../base/diagnostic.ts'
import { parsePath } from '../vfs/gate.ts'
import type { Editions } from './edition.ts'
import type { Editor } from './editor.ts'

/**
 * Opens a place in the editor as somebody on the page asked for it: only a file of the project itself that may be read. Rejects with
 * OPEN_REQUEST for what is no such request, and with what the gate says.
 */
export async function openInEditor(
  body: unknown,
  { editor, editions }: { readonly editor: Editor; readonly editions: Editions },
): Promise<void> {
  const { path, line = 1, column = 1 } = (body ?? {}) as Record<string, unknown>
  if (typeof path !== 'string' || path === '') wrong('"path" is the path of a file.')
  if (!isNumber(line) || !isNumber(column)) wrong('"line" and "column" are whole numbers from 1.')
  const parsed = parsePath(path)
  if (!parsed.ok) throw new HeddleError(parsed.diagnostic)
  // Reading it passes the gate, which looks at the opened file and not at its name.
  await editions.hold((framework) => framework.read(parsed.value))
  await editor.open({ path: parsed.value, line, column })
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 9_999_999
}

function wrong(why: string): never {
  return fail('OPEN_REQUEST', `This is no request to open a file: ${why}`, 'Send { "path": "…", "line": 1 }.')
}
