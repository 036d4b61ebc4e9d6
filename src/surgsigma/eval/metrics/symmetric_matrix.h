// The little linear algebra that distances of feature sets need: products A^T B, a pivoted Cholesky factor, and the
// eigenvalues of symmetric matrices up to a few thousand columns. Doubles, row by row; the same numbers for any number
// of threads.
#pragma once

#include <cstddef>
#include <vector>

namespace surgsigma {

struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> values;

  Matrix() = default;
  Matrix(std::size_t r, std::size_t c) : rows(r), columns(c), values(r * c) {}
  double* row(std::size_t i) { return values.data() + i * columns; }
  const double* row(std::size_t i) const { return values.data() + i * columns; }
};

/// a^T b; both have the same number of rows. Sums run over the rows in order.
Matrix transposed_product(const Matrix& a, const Matrix& b, int jobs = 1);
/// Columns become rows.
Matrix transposed(const Matrix& a);

/// F with F F^T = s for a positive semi-definite s: as many columns as the rank (Cholesky with pivoting). What is below
/// 1e-14 of the largest diagonal entry counts as 0.
Matrix semidefinite_factor(const Matrix& s);

/// Eigenvalues of a symmetric matrix (its lower triangle is read), rising. Householder to a tridiagonal matrix, then
/// implicit QL (Golub and Van Loan, Matrix Computations, chapter 8). NaN entries for a matrix with values not finite.
std::vector<double> symmetric_eigenvalues(Matrix a);

}  // namespace surgsigma
