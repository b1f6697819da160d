import { finding, type LineFormat } from './format.ts'

const header = /^_{3,} (\S.*?) _{3,}$/
const section = /^={3,} .+ ={3,}$/
const error = /^E {3,}(\S.*)$/
const place = /^(\S+):(\d+): ([A-Z]\w*)$/
/** A step on the way to the place of a failure. */
const step = /^\S+:\d+: in \S/
const short = /^(FAILED|ERROR) (\S+?)(?:::(\S+))?(?: - (.*))?$/

/**
 * pytest, doctests included: each block of a failure with the last place in it, and what only the short summary names. Needs
 * neither `-v` nor a setting.
 */
export const pytest: LineFormat = {
  tool: 'pytest',
  open(sink) {
    const told = new Set<string>()
    let test: string | undefined
    let said = ''
    let doctest: string[] | undefined
    const tell = (path: string, line: number, message: string): void =>
      sink.found(finding({ tool: 'pytest', rule: 'test', path, line, message }))
    return {
      line(text) {
        const head = header.exec(text)
        if (head) {
          test = head[1]!.replace(/^(?:\[doctest\]|ERROR (?:at (?:setup|teardown) of|collecting)) /, '')
          said = ''
          doctest = head[1]!.startsWith('[doctest]') ? [] : undefined
          return true
        }
        if (section.test(text)) test = undefined
        const summary = short.exec(text)
        if (summary) {
          const [, kind, path, name, reason = ''] = summary
          const key = name?.replaceAll('::', '.') ?? path!
          if (!told.has(key))
            tell(path!, 1, `${key}: ${reason || (kind === 'ERROR' ? 'an error' : 'failed')}`)
          return true
        }
        if (test === undefined) return false
        const reason = error.exec(text)
        if (reason) {
          if (said === '') said = reason[1]!
          return true
        }
        if (doctest && doctest.length < 20 && text !== '') doctest.push(text.trim())
        const found = place.exec(text)
        if (!found) return step.test(text)
        const message = doctest ? difference(doctest) : said || found[3]!
        tell(found[1]!, Number(found[2]), `${test}: ${message}`)
        told.add(test)
        return true
      },
    }
  },
}

/** What a doctest expected and got. */
function difference(lines: readonly string[]): string {
  const after = (word: string): string | undefined => {
    const at = lines.indexOf(word)
    return at < 0 ? undefined : lines[at + 1]
  }
  const [expected, got] = [after('Expected:'), after('Got:')]
  if (expected === undefined) return 'the example failed'
  return got === undefined ? `expected ${expected}` : `expected ${expected}, got ${got}`
}
