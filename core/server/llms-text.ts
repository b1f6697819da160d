import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Framework } from '../facade.ts'
import { answer } from './answer.ts'

const longest = 160

/** What an agent should know of this server: the manual that comes with the package, then the modules of this framework. */
export async function answerLlmsText(framework: Framework): Promise<Response> {
  const manual = readFileSync(createRequire(import.meta.url).resolve('heddle/llms.txt'), 'utf8')
  const modules = (await framework.list('modules')).map(
    ({ name, path = '', description }) =>
      `- [${plain(name)}](/api/modules/${encodeURI(path)}): ${plain(description)}`,
  )
  const text = `${manual}\n## Modules of this framework\n\n${modules.join('\n')}\n`
  return answer(text, { headers: { 'content-type': 'text/plain; charset=utf-8' } })
}

/** In one line, and no markup of its own. */
function plain(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  return (line.length > longest ? `${line.slice(0, longest - 1)}…` : line).replace(/[[\]()<>`]/g, '\\$&')
}
