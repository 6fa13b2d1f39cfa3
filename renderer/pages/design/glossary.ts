/** What a term of the form means, at more length than its line of help, with the symbols of the paper. */
export interface Term {
  readonly title: string;
  readonly text: readonly string[];
}

export const glossary: Readonly<Record<string, Term>> = {
  method: {
    title: 'Method',
    text: [
      'deprune (algorithms 1 and 2) trains with a small budget first and a larger one after, so that most epochs are cheap. Between phases the gate is reset: closed maps get another chance.',
      'prune (algorithm 3) trains the whole model first and goes on to each smaller budget from there. The result Θ is a client and server pair for every budget.',
      'The others are what these are measured against: full budget and high compression throughout, new weights for each budget, a cut without a module, and images sent as they are.',
    ],
  },
  validation: {
    title: 'Validation images',
    text: [
      'A share of the training images that is not trained on, every class alike and the same for all data sources. The best epoch, bytes to an accuracy and an early end are decided on these; what is told then is the accuracy on the test set.',
      'Without them the test set decides for itself, and its best epoch looks a little better than it is. The paper has none.',
    ],
  },
  'split.layer': {
    title: 'Split layer n',
    text: [
      'The compression module becomes the n-th entry of the layer list: n = 5 stands after 64, M, 128, M. The client device holds the entries before it and the module, the server the rest.',
      'A later cut gives the device more to compute and usually fewer bytes to send. n = 0 compresses the image itself.',
    ],
  },
  'split.module.resolution': {
    title: 'Resolution factor r',
    text: [
      'The module is a convolution with kernel 2 + r and stride r, so every map shrinks r times a side before it is sent. The server’s transposed convolution restores the size. Figures 10, 15 and 16 vary it.',
    ],
  },
  'split.module.features': {
    title: 'Feature factor c',
    text: ['The module makes φ = φ̃ / c maps of the φ̃ before it. The budget is counted in these φ maps.'],
  },
  phases: {
    title: 'Budget schedule',
    text: [
      'A phase trains some epochs under one budget B: of the φ maps at the cut only the B with the largest mask cross the network. At the full budget all cross, unmasked.',
      'deprune goes up, prune goes down. Bars are drawn on a logarithmic scale: a step up is twice the maps.',
    ],
  },
  'selectLr.epochs': {
    title: 'selectLr(lₖ, γ)',
    text: [
      'In every phase but the first, the first lₖ epochs learn at γ times the learning rate. It eases the change between budgets, after the gate has been reset.',
    ],
  },
  'gate.delta': {
    title: 'The gate’s own loss',
    text: [
      'pruneLoss = exp(δ(Σm − B)) + λ·exp(−δ(Σm − B)) pulls the sum of the mask to the budget; the training minimises cross-entropy + ε·pruneLoss (equation 1).',
      'The simulations of the paper use δ = 0.01, its testbed 0.1; ε = 1000 and λ = 1 throughout.',
    ],
  },
  'gate.mask': {
    title: 'Mask m',
    text: [
      'f = σ(f̂) is how open the gate of a map is. The published code multiplies by f twice, so that m = f²; the paper’s text says m = f. The figures were made with the code.',
    ],
  },
  'gate.name': {
    title: 'How maps are chosen',
    text: [
      'The published gate learns σ(f̂), which starts nearly saturated and hardly moves, so that it keeps what chance opened the widest. Importance keeps the maps that the loss would miss the most; straight-through and hard-concrete gates learn the choice with chance in it.',
      'None costs bytes: they use what is at the device anyway.',
    ],
  },
  'gate.ties': {
    title: 'Equal maps',
    text: [
      'Saturated gates have equal masks. The published code sends every map that equals the last one within the budget, so more than B may cross; cutting them holds the budget exactly.',
    ],
  },
  'codec.up': {
    title: 'Number formats',
    text: [
      'float32 is exact. float16 keeps 11 bits: a relative error of at most 1/2048, and up to ±65504. float16-scaled shares one power of two for the whole tensor, which keeps small gradients from vanishing. int8 has 256 levels between the smallest and largest value of each map: an error of at most 1/510 of that range.',
      'deflate and zstd shrink the bytes further without loss, by as much as the values allow, which nobody knows beforehand. The published code sends float16 up.',
    ],
  },
  'sources.count': {
    title: 'Data sources',
    text: [
      'Each is a client device with its own share of the images, a process of its own. The testbed of the paper had 8 on Wi-Fi, each with 0.4 of a core.',
    ],
  },
  'sources.skew': {
    title: 'Label skew α',
    text: [
      'The classes are shared among the sources by a Dirichlet distribution. α = 100 is nearly even, 1 uneven, 0.1 leaves most sources with few classes.',
    ],
  },
  'sources.averageEpochs': {
    title: 'Averaging',
    text: [
      'SplitFed: the client halves of all sources are averaged every so many epochs. Without it each keeps its own.',
    ],
  },
  link: {
    title: 'Link',
    text: [
      'The network between device and server, emulated: rates in Mbit/s, round-trip time, jitter and packet loss. On a shared link all sources and both directions wait for one channel, as on Wi-Fi.',
      'Without one the messages go as fast as this machine lets them.',
    ],
  },
  seeds: {
    title: 'Seeds',
    text: [
      'A run for each. The seed draws the initial weights, the gate, the order of the images, their crops and flips, and the subset. Runs that differ in the seed alone are shown as their mean with a band.',
    ],
  },
  sweep: {
    title: 'Sweep',
    text: [
      'The same experiment with other settings, launched as one group. Which settings matter is told when its runs have finished: the share of the variance of the best accuracy that each explains.',
      'A grid of two settings with four values each is 16 runs, times the seeds. With more settings draw combinations at random: few settings matter, and a grid tries few values of these.',
    ],
  },
  search: {
    title: 'Search',
    text: [
      'Finds the settings with the fewest bytes for an accuracy, or the best accuracy for so many bytes. Points are drawn of the space, all are trained a little, and the best 1/η of those that have sent as much go on: asynchronous successive halving (Li et al., MLSys 2020), with rungs of bytes.',
      'Every point is a run, and goes on from its checkpoint. What the plan rules out is left out beforehand, and once a run has reached the accuracy, whatever could only be dearer is trained no further.',
    ],
  },
  'optimiser.learningRate': {
    title: 'Learning rate',
    text: [
      'Of stochastic gradient descent. The paper: 0.01 for deprune on CIFAR-10, 0.001 for ImageNet100 and for prune, which has momentum 0.9. deprune starts a fresh optimiser in each phase.',
    ],
  },
  'model.width': {
    title: 'Width',
    text: ['Multiplies the maps of every layer, so φ too: VGG11 at width 0.25 has 32 maps at layer 5 instead of 128.'],
  },
  'sources.cpuShare': {
    title: 'CPU share',
    text: ['A weak device on a fast machine: after its computation the source waits so long that its share comes out.'],
  },
  processes: {
    title: 'Processes',
    text: [
      'Separate: client and server talk over a socket as they would on two machines. One: both in a single process, every message still encoded and counted, nothing waits for a network.',
    ],
  },
};
