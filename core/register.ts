/**
 * What `heddle types` says of a project, for the compiler: `declare module 'heddle' { interface Register { … } }`. Empty without it,
 * and then every text is taken.
 */
// oxlint-disable-next-line typescript/no-empty-interface, typescript/no-empty-object-type -- a declaration file adds to it
export interface Register {}

type Of<K extends string, Otherwise> = Register extends Record<K, infer V> ? V : Otherwise

type Commands = Of<'commands', Record<string, readonly string[]>>

/** The name of a command: of those that the project has, where its types are written. */
// oxlint-disable-next-line typescript/no-duplicate-type-constituents -- only without declarations
export type CommandName = keyof Commands & string

type Named<C extends CommandName> = Commands[C] extends { readonly named: infer N }
  ? N
  : Readonly<Record<string, string>>
type InOrder<C extends CommandName> = Commands[C] extends { readonly inOrder: infer P }
  ? P
  : readonly string[]

/** Arguments of a command: by name, or in order, the last one taking all words that remain. */
export type ArgumentsOf<C extends CommandName> =
  | Named<C>
  | InOrder<C>
  | { readonly positional: readonly string[]; readonly named?: Readonly<Record<string, string>> }
  | { readonly positional?: readonly string[]; readonly named: Readonly<Record<string, string>> }

/** Arguments of a command, left out only where it needs none. */
export type GivenOf<C extends CommandName> =
  {} extends Named<C> ? [given?: ArgumentsOf<C>] : [given: ArgumentsOf<C>]

/** How a command is called: without arguments only where it needs none. */
export type CallOf<C extends CommandName, Options> =
  {} extends Named<C>
    ? [given?: ArgumentsOf<C>, options?: Options]
    : [given: ArgumentsOf<C>, options?: Options]

type Known = Of<'references', string>
/** References may leave the extension out. */
type Plain<R extends string> = R | (R extends `${infer Short}.md` ? Short : never)
/** What is written as a path is not looked up in a list. */
type PathLike = `.${string}` | `/${string}` | `~/${string}` | `heddle:${string}`

// oxlint-disable typescript/no-redundant-type-constituents -- only without declarations is a part of it any text
/** A reference: one that the project has, with or without `#fragment`, or a path; any text where no types are written. */
export type ModuleReference = string extends Known
  ? string
  : Plain<Known> | `${Plain<Known>}#${string}` | PathLike
