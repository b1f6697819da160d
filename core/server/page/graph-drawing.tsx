import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { type Placed, type PlacedEdge, type PlacedNode, placeScope } from './graph-layout.ts'
import type { Scope } from './graph-scope.ts'
import { linkTo } from './route.ts'

/** A layered drawing: every node leads on, what is broken is seen at once. */
export function GraphDrawing({
  scope,
  middle,
  linkOf,
}: {
  readonly scope: Scope
  /** Ids of the modules that it is about. */
  readonly middle: readonly string[]
  /** Where a node leads. */
  linkOf(id: string): string
}) {
  const placed = useMemo(() => placeScope(scope), [scope])
  const [near, setNear] = useState<string>()
  const { nodes, edges, width, height } = placed
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => showMiddle(frame.current, placed, middle[0]), [placed.width, placed.height, middle[0]])
  return (
    <div
      ref={frame}
      class="drawing"
      tabIndex={0}
      role="group"
      aria-label="Drawing; the table below holds the same modules"
    >
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={describe(placed)}
        class={near === undefined ? '' : 'has-near'}
      >
        <Markers />
        {edges.map((edge) => (
          <Edge key={`${edge.from} ${edge.to}`} edge={edge} near={near} />
        ))}
        {nodes.map((node) => (
          <Node
            key={node.id}
            node={node}
            isMiddle={middle.includes(node.id)}
            link={node.isGhost ? ghostLink(node, edges) : linkOf(node.id)}
            come={() => setNear(node.id)}
            leave={() => setNear(undefined)}
          />
        ))}
      </svg>
    </div>
  )
}

/** What a drawing is about must be seen at first, however large it is. */
function showMiddle(frame: HTMLElement | null, { nodes }: Placed, id: string | undefined): void {
  const node = nodes.find((one) => one.id === id)
  if (!frame || !node) return
  frame.scrollTo({
    left: node.x + node.width / 2 - frame.clientWidth / 2,
    top: node.y + node.height / 2 - frame.clientHeight / 2,
  })
}

const statuses = ['resolved', 'searched', 'missing'] as const

function Markers() {
  return (
    <defs>
      {statuses.map((status) => (
        <marker
          key={status}
          id={`arrow-${status}`}
          class={`arrow ${status}`}
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto"
        >
          <path d="M0 0L8 4L0 8z" />
        </marker>
      ))}
    </defs>
  )
}

function Edge({ edge, near }: { readonly edge: PlacedEdge; readonly near: string | undefined }) {
  const { from, to, status, references, line } = edge
  const drawn = statuses.find((one) => one === status) ?? (status === 'resolved' ? 'resolved' : 'missing')
  const isNear = near === from || near === to
  return (
    <path d={line} class={`edge ${drawn}${isNear ? ' near' : ''}`} marker-end={`url(#arrow-${drawn})`}>
      <title>
        {[`${from} → ${to}`, ...references.map((one) => `line ${one.line}: ${one.text}`)].join('\n')}
      </title>
    </path>
  )
}

function Node({
  node,
  isMiddle,
  link,
  come,
  leave,
}: {
  readonly node: PlacedNode
  readonly isMiddle: boolean
  readonly link: string
  come(): void
  leave(): void
}) {
  const { id, name, folder, kind, x, y, width, height, isGhost, broken } = node
  const state = isGhost ? `not there, ${kind}` : broken > 0 ? `${broken} broken references` : ''
  return (
    <a
      href={link}
      class={`node ${isGhost ? 'ghost' : `kind-${kind}`}${isMiddle ? ' middle' : ''}`}
      aria-label={[id, kind, state].filter(Boolean).join(', ')}
      data-node={id}
      onPointerEnter={come}
      onPointerLeave={leave}
      onFocus={come}
      onBlur={leave}
    >
      <title>{[id, kind, state].filter(Boolean).join('\n')}</title>
      <rect x={x} y={y} width={width} height={height} rx="6" />
      {!isGhost && <rect class="bar" x={x} y={y + 6} width="3" height={height - 12} />}
      <text x={x + 12} y={y + (folder === '' ? 25 : 18)}>
        {name}
      </text>
      {folder !== '' && (
        <text x={x + 12} y={y + 32} class="folder">
          {folder}
        </text>
      )}
      {broken > 0 && (
        <>
          <circle class="badge" cx={x + width - 2} cy={y + 3} r="8.5" />
          <text class="badge" x={x + width - 2} y={y + 7} text-anchor="middle">
            {broken > 99 ? '∞' : broken}
          </text>
        </>
      )}
    </a>
  )
}

function ghostLink({ id }: PlacedNode, edges: readonly PlacedEdge[]): string {
  const reference = edges.find(({ to }) => to === id)?.references[0]
  return linkTo('inspector', reference ? { reference: reference.text, from: reference.from } : {})
}

function describe({ nodes, edges }: Placed): string {
  const ghosts = nodes.filter(({ isGhost }) => isGhost).length
  return `${nodes.length - ghosts} modules, ${edges.length} connections, ${ghosts} broken`
}
