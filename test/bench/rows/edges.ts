import { readFileSync } from 'node:fs'
import type { Context, WrittenCorpus } from '../context.ts'
import { describeEdge } from '../corpus/page.ts'
import { ourProgram, type SampleOptions, takeSample } from '../sample.ts'

const proven = new Set<string>()

/**
 * Compares every reference that Heddle finds in a corpus with those that were written into it: place, form, text, status and
 * target. Throws what differs; a corpus that was compared is not compared again.
 */
export async function proveEdges(
  context: Context,
  corpus: WrittenCorpus,
  options: SampleOptions = {},
): Promise<void> {
  if (proven.has(corpus.root)) return
  const output = context.place('edges.txt')
  const taken = await takeSample([ourProgram('edges'), corpus.root, output], options)
  if (!taken.ok) throw new Error(`The edges of ${corpus.files} documents were not read: it ${taken.reason}`)
  const found = new Set(readFileSync(output, 'utf8').split('\n'))
  const written = new Set(corpus.edges.map(describeEdge))
  const lost = [...written].filter((edge) => !found.has(edge))
  const extra = [...found].filter((edge) => !written.has(edge))
  if (lost.length + extra.length > 0)
    throw new Error(
      `Of ${written.size} edges ${lost.length} were not found (${lost[0] ?? '–'}), ${extra.length} are none (${extra[0] ?? '–'})`,
    )
  proven.add(corpus.root)
  context.note(
    `${corpus.files} documents (${Math.round(corpus.bytes / 1e6)} MB): all ${written.size} edges exact.`,
  )
}
