"""Measurements that can be repeated; each module says its data, its protocol and its command."""
