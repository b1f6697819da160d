import { createPage, type Edge, type Page } from './page.ts'
import { createProse, type Prose } from './prose.ts'
import type { Random } from './random.ts'
import type { Targets } from './targets.ts'

/** A document of the corpus, still to be written. */
export interface Outline {
  readonly path: string
  readonly random: Random
  readonly targets: Targets
}

interface Writing extends Outline {
  readonly page: Page
  readonly prose: Prose
  /** Link definitions that the end of the document owes. */
  readonly definitions: (() => void)[]
}

/** Writes a module of 2–12 KB: front matter, headings, prose, 3–8 references in various forms, blocks, and decoys in code. */
export function writeModule(outline: Outline): { text: string; edges: readonly Edge[] } {
  const { path, random, targets } = outline
  const page = createPage(path)
  const writing: Writing = {
    ...outline,
    page,
    prose: createProse(random, random.chance(0.3)),
    definitions: [],
  }
  const size = Math.round(2_050 + 9_500 * random.next() ** 0.85)
  const plan = planReferences(random, targets.canNeed)
  writeFrontMatter(writing, plan.inFrontMatter)
  page.add(`# ${writing.prose.title()}\n\n`)
  writeBody(writing, { size, plan })
  for (const define of writing.definitions) define()
  return page.finish()
}

/** Writes a command: short, and by aliases alone. */
export function writeCommand(outline: Outline): { text: string; edges: readonly Edge[] } {
  const { path, random, targets } = outline
  const page = createPage(path)
  const prose = createProse(random, false)
  page.add(
    `---\ndescription: ${prose.words(6)}\nversion: 1.${random.between(0, 9)}.0\n---\n\n# ${prose.title()}\n\n`,
  )
  for (let left = random.between(4, 6); left > 0; left--) {
    page.add(`${prose.paragraph(3)}\n\n- Follow `)
    page.refer(targets.next('alias'))
    page.add(`, then ${prose.sentence()}\n\n`)
  }
  return page.finish()
}

interface ReferencePlan {
  readonly inFrontMatter: number
  readonly inBlock: number
  readonly inBody: number
  readonly mentions: number
}

function planReferences(random: Random, canNeed: boolean): ReferencePlan {
  const all = random.between(3, 8)
  const inFrontMatter = canNeed && random.chance(0.5) ? random.between(1, 2) : 0
  const inBlock = canNeed && random.chance(0.4) ? Math.min(random.between(1, 3), all - inFrontMatter) : 0
  return {
    inFrontMatter,
    inBlock,
    inBody: all - inFrontMatter - inBlock,
    mentions: random.chance(0.4) ? 1 : 0,
  }
}

function writeFrontMatter({ page, prose, random, path, targets }: Writing, references: number): void {
  const [, , category] = path.split('/')
  const name = path.slice(path.lastIndexOf('/') + 1, -'.md'.length)
  page.add(`---\nname: ${name}\ndescription: ${description(prose, random)}\n`)
  page.add(
    `version: ${random.between(0, 3)}.${random.between(0, 9)}.${random.between(0, 9)}\ncategory: ${category}\n`,
  )
  page.add(
    `updated: 2025-0${random.between(1, 9)}-1${random.between(0, 9)}\npriority: ${random.between(1, 5)}\n`,
  )
  const tags = Array.from({ length: random.between(2, 5) }, () => random.pick(tagWords))
  page.add(
    random.chance(0.5)
      ? `tags: [${tags.join(', ')}]\n`
      : `tags:\n${tags.map((tag) => `  - ${tag}\n`).join('')}`,
  )
  if (random.chance(0.4))
    page.add(`limits:\n  retries: ${random.between(1, 5)}\n  timeout: ${random.between(10, 90)}s\n`)
  if (references > 0) page.add(`${random.pick(['depends_on', 'needs', 'related'])}:\n`)
  for (let left = references; left > 0; left--) writeFrontMatterItem(page, targets)
  page.add(`reviewed: ${random.chance(0.5)}\n---\n\n`)
}

const tagWords = ['testing', 'review', 'naming', 'release', 'search', 'security', 'planning', 'session']

function description(prose: Prose, random: Random): string {
  const text = prose.words(random.between(6, 14))
  if (random.chance(0.05)) return `>\n  ${text}\n  ${prose.words(8)}`
  return random.chance(0.15) ? `"${text}: ${prose.words(3)}"` : text
}

function writeFrontMatterItem(page: Page, targets: Targets): void {
  const reference = targets.next('front-matter')
  const quote = reference.text.startsWith('@') ? "'" : ''
  page.add(`  - ${quote}`)
  page.refer(reference)
  page.add(`${quote}\n`)
}

function writeBody(writing: Writing, { size, plan }: { size: number; plan: ReferencePlan }): void {
  const { page, prose, random } = writing
  const start = page.length
  const places = Array.from(
    { length: plan.inBody },
    (_, index) => start + ((size - start) * index) / plan.inBody,
  )
  const mentionAt = plan.mentions > 0 ? (start + size) / 2 : Infinity
  let mentioned = false
  let procedure = false
  let block = plan.inBlock === 0
  for (let part = 0; page.length < size || places.length > 0 || !procedure || !block; part++) {
    if (part % 4 === 1) page.add(procedure ? `## ${prose.title()}\n\n` : '## Procedure\n\n')
    procedure ||= part % 4 === 1
    if (!block && part > 2) writeBlock(writing, plan.inBlock)
    block ||= part > 2
    if (!mentioned && page.length > mentionAt) writeMention(writing)
    mentioned ||= page.length > mentionAt
    if (places.length > 0 && page.length >= places[0]!) {
      places.shift()
      writeReference(writing)
    } else if (page.length < size) random.pick(parts)(writing)
    else if (places.length > 0) places[0] = 0
  }
}

function writeMention({ page, prose, targets }: Writing): void {
  page.add(`${prose.sentence()} Its text is in \``)
  page.refer(targets.next('mention'))
  page.add(`\`. ${prose.sentence()}\n\n`)
}

/** A paragraph or a list item that holds one reference. */
function writeReference({ page, prose, random, targets, definitions }: Writing): void {
  const reference = targets.next(random.pick(['alias', 'alias', 'link', 'link']))
  const put = (before: string, after: string): void => {
    page.add(before)
    page.refer(reference)
    page.add(after)
  }
  const start = random.chance(0.3) ? '- ' : `${prose.sentence()} `
  const end = ` ${prose.sentence()}\n\n`
  if (reference.form === 'alias') {
    const [before, after] = random.pick([
      ['See ', '.'],
      ['Uses ', ', as said.'],
      ['As told (', ').'],
      ['**', '** says it.'],
      ['', ' is first.'],
    ] as const)
    put(`${start}${before}`, `${after}${end}`)
  } else if (random.chance(0.15)) {
    const label = `${prose.word()}-${definitions.length}`
    page.add(`${start}Read [${prose.words(2)}][${label}].${end}`)
    definitions.push(() => put(`[${label}]: `, '\n'))
  } else {
    const [before, after] = random.pick([
      ['](', ')'],
      ['](', ')'],
      ['](<', '>)'],
      ['](', ' "a title")'],
    ] as const)
    put(`${start}Read [${prose.words(3)}${before}`, `${after}.${end}`)
  }
}

type Part = (writing: Writing) => void

const parts: readonly Part[] = [
  ...Array.from(
    { length: 6 },
    (): Part =>
      ({ page, prose, random }) =>
        page.add(`${prose.paragraph(random.between(2, 5))}\n\n`),
  ),
  ({ page, prose, random }) => {
    for (let left = random.between(3, 6); left > 0; left--) page.add(`- ${prose.sentence()}\n`)
    page.add('\n')
  },
  ({ page, prose }) => page.add(`### ${prose.title()}\n\n${prose.paragraph(2)}\n\n`),
  ({ page, prose }) => {
    page.add('| name | means |\n| --- | --- |\n')
    for (let left = 3; left > 0; left--) page.add(`| ${prose.words(2)} | ${prose.words(6)} |\n`)
    page.add('\n')
  },
  (writing) => writeDecoy(writing),
]

/** Text that looks like a reference and is none: in a fence, in a span, in a comment, behind a word, on the web. */
function writeDecoy({ page, prose, random }: Writing): void {
  const alias = `@modules/${prose.word()}/none-${random.between(0, 99)}.md`
  page.add(
    random.pick([
      `\`\`\`sh\ncat ${alias} | grep "${prose.word()}"\nheddle resolve ${alias}\n\`\`\`\n\n`,
      `\`\`\`markdown\nSee [${prose.words(2)}](../none-${random.between(0, 99)}.md) and ${alias}.\n\`\`\`\n\n`,
      `~~~\nconst path = '${alias}'\n~~~\n\n`,
      `${prose.sentence()}\n\n    read ${alias}\n    echo done\n\n`,
      `Write \`[${prose.words(2)}](none.md)\` where it is needed. ${prose.sentence()}\n\n`,
      `<!-- ${prose.words(4)} ${alias} -->\n\n`,
      `Ask team@modules/none or @somebody. ${prose.sentence()}\n\n`,
      `The [specification](https://spec.invalid/${prose.word()}) says so: <https://spec.invalid/x.md>. ${prose.sentence()}\n\n`,
    ]),
  )
}

/** An XML-ish block, in a fence or not, whose dependency list, elements and attributes hold the references. */
function writeBlock({ page, prose, random, targets, path }: Writing, references: number): void {
  const fenced = random.chance(0.5)
  const name = path.slice(path.lastIndexOf('/') + 1, -'.md'.length)
  page.add(`${fenced ? '```xml\n' : ''}<module name="${name}" category="${path.split('/')[2]}">\n`)
  page.add(`  <purpose>\n    ${prose.sentence()}\n  </purpose>\n`)
  page.add(`  <phase name="${prose.word()}" order="1">${prose.sentence()}</phase>\n`)
  page.add(`  <gate name="${prose.word()}" severity="warning">${prose.sentence()}</gate>\n`)
  for (let left = references; left > 0; left--) writeElement(page, targets, random)
  page.add(`</module>\n${fenced ? '```\n' : ''}\n`)
}

const elements = [
  ['tag', '  <depends_on>\n    ', ' for what it says\n  </depends_on>\n'],
  ['tag', '  <delegation_target>', '</delegation_target>\n'],
  ['attribute', '  <uses_pattern from="', '" />\n'],
  ['attribute', '  <delegation module="', '">as said</delegation>\n'],
] as const

function writeElement(page: Page, targets: Targets, random: Random): void {
  const [form, before, after] = random.pick(elements)
  page.add(before)
  page.refer(targets.next(form))
  page.add(after)
}
