import { HeddleError } from '../base/diagnostic.ts'
import type { Files } from '../vfs/file-system.ts'
import { parsePath } from '../vfs/gate.ts'
import type { Path } from '../vfs/path.ts'
import { decodeText } from '../vfs/text.ts'

/** The path of an input, or the gate's refusal thrown. */
export function toPath(text: string): Path {
  const parsed = parsePath(text)
  if (!parsed.ok) throw new HeddleError(parsed.diagnostic)
  return parsed.value
}

/** The text of a file; rejects with NOT_FOUND, BAD_ENCODING and what the files refuse. */
export async function readText(files: Files, path: Path): Promise<{ text: string; bytes: number }> {
  const bytes = await files.read(path)
  const text = decodeText(bytes, path)
  if (!text.ok) throw new HeddleError(text.diagnostic)
  return { text: text.value, bytes: bytes.byteLength }
}
