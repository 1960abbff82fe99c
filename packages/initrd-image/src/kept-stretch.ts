/** A stretch of an archive that is compressed by itself, so that its compressed form can be used again. */
export interface KeptStretch {
  /** Where it begins; `resetLength` zero bytes stand before it, and as many behind it. */
  readonly offset: number;
  readonly size: number;
  /** Gives the compressed form of `input`, the stretch; `compress` makes it when it is not kept. */
  compressed(
    input: AsyncIterable<Uint8Array>,
    compress: (input: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
  ): AsyncIterable<Uint8Array>;
}
