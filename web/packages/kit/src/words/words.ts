type Other<Key> = Key extends `${infer Base}_other` ? `${Base}_one` : never;

/**
 * The catalogue of another language: every key of the Chinese one and no other. Where Chinese has `…_other`, languages
 * with a singular may add `…_one`.
 */
export type Words<Source> = { readonly [Key in keyof Source]: Source[Key] extends string ? string : Words<Source[Key]> } & {
  readonly [Key in keyof Source as Other<Key>]?: string;
};
