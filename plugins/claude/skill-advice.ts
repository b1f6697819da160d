import type { Diagnostic, Document, Link, Severity } from 'heddle'

/** What the agent skills format advises for the body of a skill, so that an agent need not read more than it needs. */
export function findSkillAdvice(document: Document): Diagnostic[] {
  return [...bodyTooLong(document), ...toolsNotPlain(document), ...linksTooDeep(document)]
}

const mostLines = 500
const mostTokens = 5_000

function bodyTooLong(document: Document): Diagnostic[] {
  const { text, frontMatter, lines } = document
  const first = lines.place(frontMatter.end).line
  const length = lines.starts.length - first + (text.endsWith('\n') ? 0 : 1)
  const tokens = Math.ceil((text.length - frontMatter.end) / 4)
  if (length <= mostLines && tokens <= mostTokens) return []
  const size = length > mostLines ? `${length} lines; ${mostLines}` : `about ${tokens} tokens; ${mostTokens}`
  return [
    {
      code: 'claude/skill-body',
      severity: 'info',
      message: `The skill's body has ${size} are advised at most: all of it is read whenever the skill is used.`,
      hint: 'Move what is not always needed to files below references/ and refer to them.',
      at: { path: document.label, line: first, column: 1 },
    },
  ]
}

/** Claude Code takes lists and commas too; the format that other hosts read knows spaces only. */
function toolsNotPlain({ label, frontMatter, lines, text }: Document): Diagnostic[] {
  const tools = frontMatter.data['allowed-tools']
  const isList = Array.isArray(tools) && tools.every((tool) => typeof tool === 'string')
  const withCommas = typeof tools === 'string' && /,/.test(tools.replace(/\([^)]*\)/g, ''))
  if (!isList && !withCommas) return []
  const at = /^allowed-tools:/m.exec(text.slice(0, frontMatter.end))?.index ?? 0
  return [
    {
      code: 'claude/skill-tools',
      severity: 'info',
      message: `The skill's allowed-tools are ${isList ? 'a list' : 'separated by commas'}; the agent skills format separates them by spaces.`,
      hint: 'Write "allowed-tools: Read Grep Bash(git:*)" if other hosts are to read it.',
      at: { path: label, ...lines.place(at) },
    },
  ]
}

function linksTooDeep(document: Document): Diagnostic[] {
  return document.markdown.links.flatMap((link) => {
    const wrong = faultOf(link)
    return wrong ? [linkFound(document, link, wrong)] : []
  })
}

type Wrong = 'outside' | 'deep'

function faultOf({ destination }: Link): Wrong | undefined {
  if (/^(?:[A-Za-z][A-Za-z0-9+.-]*:|[/#@])/.test(destination)) return undefined
  const path = destination.replace(/[?#].*$/s, '').replace(/^(?:\.\/)+/, '')
  if (path.startsWith('../')) return 'outside'
  return path.split('/').filter((name) => name !== '').length > 2 ? 'deep' : undefined
}

function linkFound(document: Document, { destination, start }: Link, wrong: Wrong): Diagnostic {
  const severity: Severity = 'info'
  const at = { path: document.label, ...document.lines.place(start) }
  return wrong === 'outside'
    ? {
        code: 'claude/skill-reference',
        severity,
        message: `"${destination}" leaves the skill's folder, which is all that is installed elsewhere.`,
        hint: 'Keep what the skill needs in its own folder.',
        at,
      }
    : {
        code: 'claude/skill-reference',
        severity,
        message: `"${destination}" lies more than one level below the skill's folder; one is advised.`,
        hint: 'Move it to references/, scripts/ or assets/.',
        at,
      }
}
