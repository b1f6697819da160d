import type { Path } from '../vfs/path.ts'
import { type Block, scanBlocks } from './blocks.ts'
import { type FrontMatter, readFrontMatter } from './frontmatter.ts'
import { createLines, type Lines } from './lines.ts'
import { type Markdown, scanMarkdown } from './markdown.ts'
import type { LayerName } from './module.ts'

/** One text and what the scanners see in it; each scan runs once, when it is first asked for. */
export interface Document {
  /** The path as people see it: relative to the root, other layers with their label. */
  readonly label: string
  /** The path relative to the root of its layer. */
  readonly path: Path
  readonly layer: LayerName
  /** The path below the framework's home (`commands/task.md`), or null for files outside it. */
  readonly homePath: Path | null
  readonly text: string
  readonly lines: Lines
  readonly frontMatter: FrontMatter
  readonly markdown: Markdown
  /** XML-ish elements of the whole text, code fences included. */
  readonly blocks: readonly Block[]
}

export interface DocumentSource {
  readonly label: string
  readonly path: Path
  readonly layer: LayerName
  readonly homePath: Path | null
  readonly text: string
}

/** The document of a text. Nothing is scanned before it is asked for. */
export function createDocument(source: DocumentSource): Document {
  return new ScannedDocument(source)
}

class ScannedDocument implements Document {
  readonly label: string
  readonly path: Path
  readonly layer: LayerName
  readonly homePath: Path | null
  readonly text: string
  #lines: Lines | undefined
  #frontMatter: FrontMatter | undefined
  #markdown: Markdown | undefined
  #blocks: readonly Block[] | undefined

  constructor(source: DocumentSource) {
    this.label = source.label
    this.path = source.path
    this.layer = source.layer
    this.homePath = source.homePath
    this.text = source.text
  }

  get lines(): Lines {
    return (this.#lines ??= createLines(this.text))
  }

  get frontMatter(): FrontMatter {
    return (this.#frontMatter ??= readFrontMatter(this.text))
  }

  get markdown(): Markdown {
    return (this.#markdown ??= scanMarkdown(this.text, this.frontMatter.end, this.lines))
  }

  get blocks(): readonly Block[] {
    return (this.#blocks ??= scanBlocks(this.text, this.frontMatter.end))
  }
}
