// Loops compiled twice: for any machine and for one with vectors of 32 bytes; the machine chooses when the program
// starts. Both give the same bits, also of doubles: neither reorders sums nor fuses a product with a sum.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define SURGSIGMA_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define SURGSIGMA_WIDE
#endif
