Certainly! Here is the optimised kernel:

```python
class ModelNew(nn.Module):
    ...
```
