import {
  type CodeExplanation,
  type CodeExplanations,
  findExplanation,
  findNearest,
  readCodes,
} from '../../index.ts'
import { wrongUsage } from '../exit.ts'
import type { CommonOptions } from '../options.ts'
import { painter, printJson, table } from '../print.ts'
import { openFramework } from '../root.ts'

/** `heddle explain`: what codes mean, with an example and the repair; without one, all codes. */
export async function explain(wanted: readonly string[], options: CommonOptions): Promise<void> {
  const known = await codesFor(wanted, options)
  if (wanted.length === 0) return listCodes(known, options)
  const found = wanted.map((text) => findCode(known, text))
  if (options.format === 'json') return printJson(found)
  const paint = painter(process.stdout)
  const texts = found.map(
    ({ code, means, example, repair }) =>
      `${paint('bold', code)}\n  ${means}\n\n  ${paint('dim', 'for example')}  ${example}\n  ${paint('dim', 'to repair')}    ${repair}\n`,
  )
  process.stdout.write(texts.join('\n'))
}

/** Our own need no framework: then a code of a configuration that cannot be loaded can be explained as well. */
async function codesFor(wanted: readonly string[], options: CommonOptions): Promise<CodeExplanations> {
  const own = await readCodes()
  if (wanted.length > 0 && wanted.every((text) => find(own, text) !== undefined)) return own
  const framework = await openFramework(options)
  try {
    return await framework.codes()
  } finally {
    await framework.dispose()
  }
}

function find(
  known: CodeExplanations,
  text: string,
): (CodeExplanation & { readonly code: string }) | undefined {
  for (const code of [text, text.toUpperCase().replaceAll('-', '_'), text.toLowerCase()]) {
    const found = findExplanation(known, code)
    if (found) return { code, ...found }
  }
  return undefined
}

function findCode(known: CodeExplanations, text: string): CodeExplanation & { readonly code: string } {
  const found = find(known, text)
  if (found) return found
  const near = findNearest(
    text.toUpperCase(),
    Object.keys(known).map((code) => code.toUpperCase()),
    1,
  )[0]?.value
  const code = Object.keys(known).find((each) => each.toUpperCase() === near)
  return wrongUsage(
    `No finding has the code "${text}".`,
    code === undefined ? '`heddle explain` lists all codes.' : `Did you mean ${code}?`,
  )
}

function listCodes(known: CodeExplanations, { format }: CommonOptions): void {
  const codes = Object.entries(known)
  if (format === 'json') return printJson(codes.map(([code, explained]) => ({ code, ...explained })))
  process.stdout.write(`${table(codes.map(([code, { means }]) => [code, means]))}\n`)
}
