"""A few steps of training with tinygrad: a small network with convolution, normalisation and two dense layers, on data that
the script makes itself.  Prints each step's loss; the runner compares them between devices."""
from tinygrad import Context, Tensor, nn
from tinygrad.nn.optim import Adam

Tensor.manual_seed(7)

images = Tensor([[[[(i * 31 + y * 7 + x * 3) % 17 / 17 for x in range(8)] for y in range(8)]] for i in range(16)])
labels = Tensor([i % 4 for i in range(16)])


class Network:
  def __init__(self):
    self.convolution = nn.Conv2d(1, 4, 3, padding=1)
    self.norm = nn.BatchNorm(4)
    self.dense = nn.Linear(4 * 4 * 4, 24)
    self.out = nn.Linear(24, 4)

  def __call__(self, x):
    x = self.norm(self.convolution(x)).relu().max_pool2d()
    return self.out(self.dense(x.flatten(1)).gelu())


network = Network()
optimiser = Adam(nn.state.get_parameters(network), lr=0.01)
for step in range(4):
  with Context(TRAINING=1):
    optimiser.zero_grad()
    loss = network(images).sparse_categorical_crossentropy(labels).backward()
    optimiser.step()
  print(f"loss {step} {loss.item():.6f}")
a = Tensor.arange(64 * 48).reshape(64, 48).float() / 999
b = Tensor.arange(48 * 32).reshape(48, 32).float() / 777
print(f"product {(a @ b).sum().item():.4f} {(a @ b)[63, 31].item():.5f}")
