/** Each epoch of a trial: what its run had sent until then, both ways, and how good it was on the test set. */
export type SearchCurve = readonly { readonly bytes: number; readonly accuracy: number }[];
